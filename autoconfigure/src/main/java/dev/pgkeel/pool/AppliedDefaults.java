package dev.pgkeel.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.server.DatabaseTarget;
import org.jspecify.annotations.Nullable;

/**
 * A profile's values on one pool: compared with the user's once those are bound. Not safe
 * for use by several threads.
 *
 * @since 0.1.0
 */
public final class AppliedDefaults {

	static final String MAXIMUM_POOL_SIZE = "maximumPoolSize";

	static final String MINIMUM_IDLE = "minimumIdle";

	static final String CONNECTION_TIMEOUT = "connectionTimeout";

	static final String IDLE_TIMEOUT = "idleTimeout";

	static final String MAX_LIFETIME = "maxLifetime";

	static final String KEEPALIVE_TIME = "keepaliveTime";

	/**
	 * HikariCP 7.0.2 takes no shorter idle timeout.
	 */
	private static final Duration IDLE_TIMEOUT_FLOOR = Duration.ofSeconds(10);

	private final ActiveProfile profile;

	private final HikariConfig config;

	private final HikariConfig pristine;

	private final List<PoolDefault<?>> candidates;

	private final Map<String, PoolDefault<?>> applied = new LinkedHashMap<>();

	AppliedDefaults(ActiveProfile profile, HikariConfig config, HikariConfig pristine, List<PoolDefault<?>> candidates,
			List<PoolDefault<?>> applied) {
		this.profile = profile;
		this.config = config;
		this.pristine = pristine;
		this.candidates = new ArrayList<>(candidates);
		applied.forEach((setting) -> this.applied.put(setting.name(), setting));
	}

	/**
	 * Takes back what was set, where the user has not set something else.
	 */
	public void revert() {
		this.applied.values()
			.stream()
			.filter((setting) -> setting.isIn(this.config))
			.forEach((setting) -> setting.copy(this.pristine, this.config));
		this.applied.clear();
	}

	/**
	 * Brings the profile's values into line with the user's, and reports both.
	 * @param poolName the pool's name
	 * @param origins tells where the user set a property below
	 * {@code spring.datasource.hikari}, {@code null} where not
	 * @return the report
	 */
	public PoolReport settle(String poolName, Function<String, @Nullable String> origins) {
		spellAsTheDriver();
		this.applied.values()
			.removeIf((setting) -> !setting.isIn(this.config) || origins.apply(setting.property()) != null);
		Properties urlParameters = DatabaseTarget.urlParameters(this.config);
		yieldToUrlOfClass(urlParameters);
		yieldToLogins(origins);
		settleSizes();
		settleTimes();
		List<PoolSetting> settings = new ArrayList<>();
		for (PoolDefault<?> candidate : this.candidates) {
			settings.add(report(candidate, origins.apply(candidate.property()),
					urlParameters.getProperty(candidate.name())));
		}
		return new PoolReport(poolName, this.profile, List.copyOf(settings));
	}

	/**
	 * A variable of the environment leaves the name of a driver's property in lower case,
	 * and others may write it with dashes, neither of which the driver knows.
	 */
	private void spellAsTheDriver() {
		Properties properties = this.config.getDataSourceProperties();
		this.applied.values()
			.stream()
			.filter(PoolDefault::isDriverProperty)
			.map(PoolDefault::name)
			.forEach((name) -> properties.stringPropertyNames()
				.stream()
				.filter((other) -> other.replaceAll("[-_]", "").equalsIgnoreCase(name) && !other.equals(name))
				.forEach((other) -> properties.setProperty(name, properties.getProperty(other))));
	}

	/**
	 * What is set beside the URL of the driver's data source class wins over it, unlike
	 * beside a JDBC URL (pgjdbc 42.7.13).
	 */
	private void yieldToUrlOfClass(Properties urlParameters) {
		if (this.config.getDataSourceClassName() != null) {
			List<PoolDefault<?>> named = this.applied.values()
				.stream()
				.filter((setting) -> setting.isDriverProperty() && urlParameters.containsKey(setting.name()))
				.toList();
			named.forEach((setting) -> setting.copy(this.pristine, this.config));
			this.applied.values().removeAll(named);
		}
	}

	/**
	 * HikariCP limits each login of a data source by its {@code connectionTimeout} (7.0.2
	 * and 7.1.0), and the driver all hosts of a URL together.
	 */
	private void yieldToLogins(Function<String, @Nullable String> origins) {
		if (this.config.getDataSource() == null && this.config.getDataSourceClassName() == null) {
			return;
		}
		PoolDefault<?> ours = this.applied.remove(CONNECTION_TIMEOUT);
		if (ours != null) {
			ours.copy(this.pristine, this.config);
		}
		this.candidates.removeIf((candidate) -> candidate.name().equals(CONNECTION_TIMEOUT)
				&& candidate.same(this.config, this.pristine) && origins.apply(candidate.property()) == null);
	}

	private void settleSizes() {
		int wishedIdle = this.config.getMinimumIdle();
		if (!isOurs(MINIMUM_IDLE) && wishedIdle > this.config.getMaximumPoolSize()) {
			adjust(MAXIMUM_POOL_SIZE, wishedIdle, "your minimumIdle asks for it");
		}
		if (this.config.getMinimumIdle() > this.config.getMaximumPoolSize()) {
			adjust(MINIMUM_IDLE, this.config.getMaximumPoolSize(), "not more than your maximumPoolSize");
		}
	}

	/**
	 * Avoids the warnings with which HikariCP 7.0.2 answers times that do not fit
	 * together: they would be about values that the user never wrote.
	 */
	private void settleTimes() {
		int minimumIdle = this.config.getMinimumIdle();
		boolean fixedSize = minimumIdle < 0 || minimumIdle == this.config.getMaximumPoolSize();
		PoolDefault<?> idleTimeout = this.applied.get(IDLE_TIMEOUT);
		if (fixedSize && idleTimeout != null) {
			idleTimeout.copy(this.pristine, this.config);
			this.applied.remove(IDLE_TIMEOUT);
		}
		long lifetime = this.config.getMaxLifetime();
		if (lifetime > 0 && this.config.getIdleTimeout() + 1000 > lifetime) {
			adjust(IDLE_TIMEOUT, IDLE_TIMEOUT_FLOOR, "shorter than your maxLifetime");
		}
		if (lifetime > 0 && this.config.getKeepaliveTime() >= lifetime) {
			adjust(KEEPALIVE_TIME, Duration.ZERO, "your maxLifetime ends a connection before");
		}
	}

	private boolean isOurs(String name) {
		return this.applied.containsKey(name);
	}

	/**
	 * Changes a value of the profile; one of the user's stays.
	 */
	@SuppressWarnings("unchecked")
	private <T> void adjust(String name, T value, String reason) {
		PoolDefault<T> adjusted = (PoolDefault<T>) this.applied.get(name);
		if (adjusted != null) {
			adjusted = adjusted.with(value, reason);
			adjusted.writeTo(this.config);
			this.applied.put(name, adjusted);
		}
	}

	private PoolSetting report(PoolDefault<?> candidate, @Nullable String origin, @Nullable String urlParameter) {
		String name = candidate.name();
		String value = candidate.text(this.config);
		if (urlParameter != null) {
			return new PoolSetting(name, urlParameter, PoolSetting.Source.USER, "set in the JDBC URL");
		}
		if (origin != null) {
			return new PoolSetting(name, value, PoolSetting.Source.USER, "set in " + origin);
		}
		PoolDefault<?> ours = this.applied.get(name);
		if (ours != null) {
			return new PoolSetting(name, value, PoolSetting.Source.PROFILE, ours.reason());
		}
		if (candidate.same(this.config, this.pristine)) {
			return new PoolSetting(name, value, PoolSetting.Source.HIKARI,
					"HikariCP's default; the profile's is " + candidate.text());
		}
		return new PoolSetting(name, value, PoolSetting.Source.USER, "set by the application");
	}

	/**
	 * Returns what the profile would have set on a pool that is only observed.
	 * @param report the pool's report
	 * @return the settings, such as {@code maximumPoolSize=1}
	 */
	public List<String> missedBy(PoolReport report) {
		List<String> missed = new ArrayList<>();
		for (PoolSetting setting : report.from(PoolSetting.Source.HIKARI)) {
			this.candidates.stream()
				.filter((candidate) -> candidate.name().equals(setting.name()))
				.filter((candidate) -> !candidate.isIn(this.config))
				.map((candidate) -> candidate.name() + "=" + candidate.text())
				.forEach(missed::add);
		}
		return missed;
	}

}
