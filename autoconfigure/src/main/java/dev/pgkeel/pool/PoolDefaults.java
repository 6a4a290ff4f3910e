package dev.pgkeel.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.DatabaseTarget;
import org.jspecify.annotations.Nullable;

/**
 * The values that a runtime profile chooses for a pool. A setting that already differs
 * from HikariCP's default is somebody's choice and is left alone.
 *
 * @since 0.1.0
 */
public final class PoolDefaults {

	private final ActiveProfile profile;

	private final List<PoolDefault<?>> defaults;

	/**
	 * Creates the defaults.
	 * @param profile the profile
	 * @param settings the profile's settings
	 * @param sizeReason why {@code maximumPoolSize} is what it is, if that is not the
	 * profile alone
	 * @param instance this instance of the application
	 */
	public PoolDefaults(ActiveProfile profile, PoolSettings settings, @Nullable String sizeReason,
			ApplicationInstance instance) {
		this.profile = profile;
		this.defaults = defaults(settings, (sizeReason != null) ? sizeReason : sizeReason(profile.profile()), instance);
	}

	private PoolDefaults(ActiveProfile profile) {
		this.profile = profile;
		this.defaults = List.of();
	}

	/**
	 * Creates defaults that leave a pool as it is.
	 * @param profile the profile
	 * @return the defaults
	 */
	public static PoolDefaults none(ActiveProfile profile) {
		return new PoolDefaults(profile);
	}

	private static String sizeReason(RuntimeProfile profile) {
		return switch (profile) {
			case SERVERLESS -> "one request at a time needs one connection";
			case DEVELOPMENT -> "several applications share a small server";
			default -> "few busy connections beat many that wait for the same server";
		};
	}

	private static List<PoolDefault<?>> defaults(PoolSettings settings, String sizeReason,
			ApplicationInstance instance) {
		return List.of(
				PoolDefault.ofSize(AppliedDefaults.MAXIMUM_POOL_SIZE, "maximum-pool-size", settings.maximumPoolSize(),
						sizeReason, HikariConfig::getMaximumPoolSize, HikariConfig::setMaximumPoolSize),
				PoolDefault.ofSize(AppliedDefaults.MINIMUM_IDLE, "minimum-idle", settings.minimumIdle(),
						"an idle instance leaves connections to others", HikariConfig::getMinimumIdle,
						PoolDefaults::writeMinimumIdle),
				PoolDefault.ofTime(AppliedDefaults.CONNECTION_TIMEOUT, "connection-timeout",
						settings.connectionTimeout(), "an exhausted pool is noticed before callers pile up",
						HikariConfig::getConnectionTimeout, HikariConfig::setConnectionTimeout),
				PoolDefault.ofTime("validationTimeout", "validation-timeout", settings.validationTimeout(),
						"leaves time for a second connection when the first is dead",
						HikariConfig::getValidationTimeout, HikariConfig::setValidationTimeout),
				PoolDefault.ofTime(AppliedDefaults.IDLE_TIMEOUT, "idle-timeout", settings.idleTimeout(),
						"connections of a past peak go back to the server", HikariConfig::getIdleTimeout,
						HikariConfig::setIdleTimeout),
				PoolDefault.ofTime(AppliedDefaults.MAX_LIFETIME, "max-lifetime", settings.maxLifetime(),
						"no session grows old, whatever stands between", HikariConfig::getMaxLifetime,
						HikariConfig::setMaxLifetime),
				PoolDefault.ofTime(AppliedDefaults.KEEPALIVE_TIME, "keepalive-time", settings.keepaliveTime(),
						settings.keepaliveTime().isZero() ? "a frozen process cannot ping"
								: "a load balancer that forgets idle connections is met in time",
						HikariConfig::getKeepaliveTime, HikariConfig::setKeepaliveTime),
				PoolDefault.ofDriverProperty("tcpKeepAlive", "true",
						"a connection in use whose peer is gone ends some day"),
				PoolDefault.ofDriverProperty("ApplicationName", instance.applicationName(),
						"pg_stat_activity shows whose session it is"));
	}

	/**
	 * HikariCP keeps -1 for "same as the maximum", but its setter refuses it.
	 */
	private static void writeMinimumIdle(HikariConfig config, int minimumIdle) {
		config.setMinimumIdle((minimumIdle < 0) ? config.getMaximumPoolSize() : minimumIdle);
	}

	/**
	 * Sets the defaults on a pool that does not run yet, before the user's properties are
	 * bound to it.
	 * @param config the pool
	 * @param target what the pool leads to
	 * @return what was done
	 */
	public AppliedDefaults applyTo(HikariConfig config, DatabaseTarget target) {
		HikariConfig pristine = new HikariConfig();
		Properties urlParameters = DatabaseTarget.urlParameters(config);
		List<PoolDefault<?>> candidates = candidates(config, target);
		List<PoolDefault<?>> applied = new ArrayList<>();
		for (PoolDefault<?> candidate : candidates) {
			if (candidate.same(config, pristine) && !urlParameters.containsKey(candidate.name())) {
				candidate.writeTo(config);
				applied.add(candidate);
			}
		}
		return new AppliedDefaults(this.profile, config, pristine, candidates, applied);
	}

	/**
	 * Looks at a pool without touching it.
	 * @param config the pool
	 * @param target what the pool leads to
	 * @return what would have been done
	 */
	public AppliedDefaults observe(HikariConfig config, DatabaseTarget target) {
		return new AppliedDefaults(this.profile, config, new HikariConfig(), candidates(config, target), List.of());
	}

	/**
	 * A wrapping driver and a data source of the user's own may not know pgjdbc's
	 * properties.
	 */
	private List<PoolDefault<?>> candidates(HikariConfig config, DatabaseTarget target) {
		if (target == DatabaseTarget.POSTGRESQL && config.getDataSource() == null) {
			return this.defaults;
		}
		return this.defaults.stream().filter((candidate) -> !candidate.isDriverProperty()).toList();
	}

}
