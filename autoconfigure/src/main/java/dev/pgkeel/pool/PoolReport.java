package dev.pgkeel.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How one pool came to its settings.
 *
 * @param pool the pool's name, or its bean's if it has none
 * @param profile the runtime profile
 * @param settings the settings that the profile speaks about
 * @since 0.1.0
 */
public record PoolReport(String pool, ActiveProfile profile, List<PoolSetting> settings) {

	/**
	 * Returns this report with one more setting.
	 * @param setting the setting
	 * @return the report
	 */
	public PoolReport with(PoolSetting setting) {
		List<PoolSetting> more = new ArrayList<>(this.settings);
		more.add(setting);
		return new PoolReport(this.pool, this.profile, List.copyOf(more));
	}

	/**
	 * Returns this report with a setting changed.
	 * @param setting the setting as it is now
	 * @return the report
	 */
	public PoolReport replacing(PoolSetting setting) {
		return new PoolReport(this.pool, this.profile,
				this.settings.stream().map((one) -> one.name().equals(setting.name()) ? setting : one).toList());
	}

	/**
	 * Returns the settings that one source chose.
	 * @param source the source
	 * @return the settings, in the report's order
	 */
	public List<PoolSetting> from(PoolSetting.Source source) {
		return this.settings.stream().filter((setting) -> setting.source() == source).toList();
	}

	@Override
	public String toString() {
		String text = this.pool + " - runtime profile " + this.profile + ": " + join(PoolSetting.Source.PROFILE);
		String yours = join(PoolSetting.Source.USER);
		return yours.isEmpty() ? text : text + "; yours: " + yours;
	}

	private String join(PoolSetting.Source source) {
		return from(source).stream().map(PoolSetting::toString).collect(Collectors.joining(", "));
	}

}
