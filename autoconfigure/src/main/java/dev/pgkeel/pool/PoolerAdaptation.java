package dev.pgkeel.pool;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.PoolerProbe;
import org.jspecify.annotations.Nullable;

/**
 * What a pool needs to work through a pooler that shares its sessions: the driver must
 * not prepare statements there by name, since the next transaction may meet another
 * session, and the name another statement.
 *
 * @since 0.1.0
 */
public final class PoolerAdaptation {

	private static final String PREPARE_THRESHOLD = "prepareThreshold";

	private static final String NEVER = "0";

	private PoolerAdaptation() {
	}

	/**
	 * Returns what has to be set.
	 * @param config the pool
	 * @param pooler what stands in between
	 * @return the setting, {@code null} if the pool is fit as it is
	 */
	public static @Nullable PoolSetting needed(HikariConfig config, PoolerProbe.Result pooler) {
		boolean shared = pooler.pooler() == Pooler.TRANSACTION || pooler.pooler() == Pooler.UNKNOWN;
		if (!shared || pooler.namedStatementsWork() || isChosen(config)) {
			return null;
		}
		return new PoolSetting(PREPARE_THRESHOLD, NEVER, PoolSetting.Source.POOLER,
				"named statements are not safe behind a pooler: " + pooler.reason());
	}

	private static boolean isChosen(HikariConfig config) {
		return config.getDataSourceProperties().containsKey(PREPARE_THRESHOLD)
				|| DatabaseTarget.urlParameters(config).containsKey(PREPARE_THRESHOLD);
	}

	/**
	 * Sets what is needed on a pool that does not run yet.
	 * @param config the pool
	 * @param setting the setting
	 */
	public static void apply(HikariConfig config, PoolSetting setting) {
		config.addDataSourceProperty(setting.name(), setting.value());
	}

}
