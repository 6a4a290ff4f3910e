package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.pool.ConnectionBudget;
import dev.pgkeel.pool.OverBudget;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.pool.PoolSettings;
import dev.pgkeel.pool.PoolSizing;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.MonitorMode;
import dev.pgkeel.server.OtherSessions;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.SessionLimits;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Holds a pool to its instance's share of what the fleet may take. Only a size that the
 * profile chose is lowered.
 */
final class PoolBudget {

	private static final Log logger = LogFactory.getLog(PoolBudget.class);

	private static final String MAXIMUM_POOL_SIZE = "maximumPoolSize";

	private static final String MINIMUM_IDLE = "minimumIdle";

	private static final String IDLE_TIMEOUT = "idleTimeout";

	private static final Duration HIKARI_IDLE_TIMEOUT = Duration.ofMinutes(10);

	private final PgkeelMode mode;

	private final OverBudget overBudget;

	private final FleetProperties fleet;

	private final MonitorMode monitor;

	private final ApplicationInstance instance;

	/**
	 * Creates a budget.
	 * @param mode whether a pool is set or only observed
	 * @param overBudget what to do about a pool that is too large
	 * @param fleet the fleet
	 * @param monitor how the monitor connects, {@link MonitorMode#BORROWED} if there is
	 * none
	 * @param instance this instance of the application
	 */
	PoolBudget(PgkeelMode mode, OverBudget overBudget, FleetProperties fleet, MonitorMode monitor,
			ApplicationInstance instance) {
		this.mode = mode;
		this.overBudget = overBudget;
		this.fleet = fleet;
		this.monitor = monitor;
		this.instance = instance;
	}

	/**
	 * Compares a pool with its share.
	 * @param pool the pool
	 * @param server what is known of the server
	 * @param connection a connection to it
	 * @return the comparison, {@code null} if nobody knows how much there is
	 */
	@Nullable PoolSizing sizing(HikariDataSource pool, KnownServer server, Connection connection) {
		ConnectionBudget budget = ConnectionBudget.of(this.fleet.instances(), this.fleet.maxConnections(),
				server.facts().limits(), server.pooler());
		if (budget == null) {
			return null;
		}
		boolean dedicated = this.monitor.resolve(server, budget.instances(), false) == MonitorMode.DEDICATED;
		return budget.sizing(pool.getMaximumPoolSize(), dedicated ? 1 : 0, others(server, connection));
	}

	/**
	 * Through a pooler the server's sessions say nothing about the pooler's.
	 */
	private @Nullable Integer others(KnownServer server, Connection connection) {
		if (server.pooler() != Pooler.DIRECT) {
			return null;
		}
		try {
			return OtherSessions.count(connection, this.instance);
		}
		catch (SQLException ex) {
			logger.debug("The sessions of other applications could not be counted", ex);
			return null;
		}
	}

	/**
	 * Holds a pool to its share.
	 * @param pool the pool
	 * @param report how it came to its settings
	 * @param sizing its size compared with its share
	 * @param tool the migration tool that borrows from it, {@code null} if none does
	 * @param limits the server's limits
	 * @param refusable tells whether the pool may be refused still
	 * @return the report with what was changed
	 * @throws OverBudgetException if the pool is refused
	 */
	PoolReport settle(HikariDataSource pool, PoolReport report, PoolSizing sizing, MigrationTools.@Nullable Tool tool,
			SessionLimits limits, BooleanSupplier refusable) {
		if (!sizing.isOver()) {
			if (sizing.otherSessions() != null && sizing.needed() + sizing.otherSessions() > limits.usable()) {
				logger.info(report.pool() + " - within its budget, but not beside all others: " + sizing);
			}
			return report;
		}
		boolean ours = isOfTheProfile(report, pool);
		int idle = ours ? idleOfTheUser(report, pool) : 0;
		int least = Math.max(least(tool), idle);
		int wished = (ours && this.mode == PgkeelMode.OBSERVE)
				? Math.max(PoolSettings.of(report.profile().profile()).maximumPoolSize(), least)
				: pool.getMaximumPoolSize();
		int size = (ours && this.overBudget == OverBudget.CLAMP) ? Math.max(least, sizing.largest()) : wished;
		String advice = advice(sizing, tool, (idle > sizing.largest() && this.overBudget == OverBudget.CLAMP)
				? "minimum-idle" : "maximum-pool-size");
		if (mayRefuse() && refusable.getAsBoolean()) {
			throw new OverBudgetException(sizing.toString(), advice);
		}
		if (this.mode == PgkeelMode.ENFORCE && size < wished) {
			return clamp(pool, report, sizing, size, advice);
		}
		logger.warn(report.pool() + " - over budget: " + sizing + ". "
				+ ((this.mode == PgkeelMode.OBSERVE) ? observed(sizing, wished, size, advice) : advice));
		return report;
	}

	private String observed(PoolSizing sizing, int wished, int size, String advice) {
		if (wished <= sizing.largest()) {
			return "Observed only: would have set maximumPoolSize=" + wished + ", which fits";
		}
		if (this.overBudget == OverBudget.FAIL) {
			return "Observed only: would have failed the start";
		}
		return (size < wished) ? "Observed only: would have been lowered to " + size : advice;
	}

	private static String advice(PoolSizing sizing, MigrationTools.@Nullable Tool tool, String property) {
		if (sizing.largest() >= least(tool)) {
			return "Set spring.datasource.hikari." + property + " to " + sizing.largest()
					+ " or less, or correct pgkeel.fleet.instances or pgkeel.fleet.max-connections";
		}
		String ownWay = (tool != null && sizing.largest() > 0) ? tool.name() + " needs " + least(tool)
				+ " while it migrates: give it connections of its own by " + tool.prefix() + ".url. Or run" : "Run";
		return ownWay + " fewer instances and correct pgkeel.fleet.instances, put a pooler in between, or raise"
				+ " max_connections or pgkeel.fleet.max-connections";
	}

	private static int least(MigrationTools.@Nullable Tool tool) {
		return (tool != null) ? MigrationTools.CONNECTIONS : 1;
	}

	/**
	 * A size that somebody else chose is never changed. Where the profile is only
	 * observed, HikariCP's default is still in its place.
	 */
	private boolean isOfTheProfile(PoolReport report, HikariDataSource pool) {
		PoolSetting.Source ours = (this.mode == PgkeelMode.OBSERVE) ? PoolSetting.Source.HIKARI
				: PoolSetting.Source.PROFILE;
		return isFrom(ours, report, MAXIMUM_POOL_SIZE) && !isResized(pool);
	}

	/**
	 * Returns whether a pool that is too large is refused.
	 */
	boolean mayRefuse() {
		return this.mode == PgkeelMode.ENFORCE && this.overBudget == OverBudget.FAIL;
	}

	private static boolean isFrom(PoolSetting.Source source, PoolReport report, String name) {
		return report.from(source).stream().anyMatch((setting) -> setting.name().equals(name));
	}

	/**
	 * Returns the {@code minimumIdle} that the user set, by the application's own code
	 * after the profile was applied too, or 0.
	 */
	private static int idleOfTheUser(PoolReport report, HikariDataSource pool) {
		int idle = pool.getMinimumIdle();
		boolean ours = isFrom(PoolSetting.Source.HIKARI, report, MINIMUM_IDLE)
				|| report.from(PoolSetting.Source.PROFILE)
					.stream()
					.anyMatch((setting) -> setting.toString().equals(MINIMUM_IDLE + "=" + idle));
		return ours ? 0 : idle;
	}

	/**
	 * By the application's own code, after the profile was applied.
	 */
	private static boolean isResized(HikariDataSource pool) {
		return pool instanceof GuardedDataSource guarded && guarded.isResized();
	}

	/**
	 * HikariCP 7.0.2 takes both sizes on a running pool too.
	 */
	private static PoolReport clamp(HikariConfigMXBean pool, PoolReport report, PoolSizing sizing, int size,
			String advice) {
		PoolReport lowered = report;
		if (pool.getMinimumIdle() > size) {
			pool.setMinimumIdle(size);
			lowered = lowered.replacing(new PoolSetting(MINIMUM_IDLE, String.valueOf(size), PoolSetting.Source.BUDGET,
					"not more than maximumPoolSize"));
		}
		if (pool.getMinimumIdle() == size && isFrom(PoolSetting.Source.PROFILE, report, IDLE_TIMEOUT)) {
			// HikariCP 7.0.2 warns of it in a pool of a fixed size
			pool.setIdleTimeout(HIKARI_IDLE_TIMEOUT.toMillis());
			lowered = lowered.replacing(new PoolSetting(IDLE_TIMEOUT, HIKARI_IDLE_TIMEOUT.toMinutes() + " min",
					PoolSetting.Source.HIKARI, "HikariCP's default; no connection is above minimumIdle"));
		}
		pool.setMaximumPoolSize(size);
		boolean fits = size <= sizing.largest();
		String reason = fits ? sizing.toString() : sizing + ". " + advice;
		logger.warn(report.pool() + " - over budget, " + (fits ? "and lowered: " : "though lowered to " + size + ": ")
				+ reason);
		return lowered
			.replacing(new PoolSetting(MAXIMUM_POOL_SIZE, String.valueOf(size), PoolSetting.Source.BUDGET, reason));
	}

}
