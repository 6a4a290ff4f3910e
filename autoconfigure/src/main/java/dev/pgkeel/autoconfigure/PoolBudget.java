package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.ConnectionBudget;
import dev.pgkeel.pool.OverBudget;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.pool.PoolSizing;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.MonitorMode;
import dev.pgkeel.server.SessionLimits;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Holds a pool to its instance's share of what the fleet may take. Only a size that the
 * profile chose is lowered.
 */
final class PoolBudget {

	private static final Log logger = LogFactory.getLog(PoolBudget.class);

	private static final String MAXIMUM_POOL_SIZE = "maximumPoolSize";

	private final PgkeelMode mode;

	private final OverBudget overBudget;

	private final FleetProperties fleet;

	private final MonitorMode monitor;

	/**
	 * Creates a budget.
	 * @param mode whether a pool is set or only observed
	 * @param overBudget what to do about a pool that is too large
	 * @param fleet the fleet
	 * @param monitor how the monitor connects, {@link MonitorMode#BORROWED} if there is
	 * none
	 */
	PoolBudget(PgkeelMode mode, OverBudget overBudget, FleetProperties fleet, MonitorMode monitor) {
		this.mode = mode;
		this.overBudget = overBudget;
		this.fleet = fleet;
		this.monitor = monitor;
	}

	/**
	 * Compares a pool with its share.
	 * @param pool the pool
	 * @param report how it came to its settings
	 * @param server what is known of the server
	 * @return the report with what was changed
	 */
	PoolReport settle(HikariDataSource pool, PoolReport report, KnownServer server) {
		SessionLimits limits = server.facts().limits();
		ConnectionBudget budget = ConnectionBudget.of(this.fleet.instances(), this.fleet.maxConnections(), limits,
				server.pooler());
		if (budget == null) {
			return report;
		}
		boolean dedicated = this.monitor.resolve(server, budget.instances(), false) == MonitorMode.DEDICATED;
		PoolSizing sizing = budget.sizing(pool.getMaximumPoolSize(), dedicated ? 1 : 0);
		if (!sizing.isOver()) {
			return report;
		}
		boolean ours = report.from(PoolSetting.Source.PROFILE)
			.stream()
			.anyMatch((setting) -> setting.name().equals(MAXIMUM_POOL_SIZE));
		if (this.mode == PgkeelMode.OBSERVE) {
			logger.warn(report.pool() + " - over budget: " + sizing + ". Observed only: "
					+ ((this.overBudget == OverBudget.FAIL) ? "would have failed the start"
							: "a size from the profile would have been lowered"));
			return report;
		}
		if (this.overBudget == OverBudget.FAIL) {
			throw new OverBudgetException(sizing.toString(), sizing.largest());
		}
		if (ours && this.overBudget == OverBudget.CLAMP) {
			return clamp(pool, report, sizing);
		}
		logger.warn(report.pool() + " - over budget: " + sizing
				+ ". Lower spring.datasource.hikari.maximum-pool-size, or correct pgkeel.fleet.instances");
		return report;
	}

	/**
	 * HikariCP 7.0.2 takes both sizes on a running pool too.
	 */
	private static PoolReport clamp(HikariConfigMXBean pool, PoolReport report, PoolSizing sizing) {
		int size = sizing.largest();
		if (pool.getMinimumIdle() > size) {
			pool.setMinimumIdle(size);
		}
		pool.setMaximumPoolSize(size);
		logger.warn(report.pool() + " - over budget, and lowered: " + sizing);
		return report.replacing(
				new PoolSetting(MAXIMUM_POOL_SIZE, String.valueOf(size), PoolSetting.Source.BUDGET, sizing.toString()));
	}

}
