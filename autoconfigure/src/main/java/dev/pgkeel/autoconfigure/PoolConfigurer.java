package dev.pgkeel.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.AppliedDefaults;
import dev.pgkeel.pool.PoolDefaults;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.UrlSecrets;
import dev.pgkeel.tls.TlsDecision;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.StringUtils;

/**
 * Presets each pool before the user's properties are bound to it, and reports afterwards.
 */
final class PoolConfigurer implements AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(PoolConfigurer.class);

	/**
	 * Where HikariCP itself reads settings from, which then look like its defaults.
	 */
	private static final String HIKARI_FILE_PROPERTY = "hikaricp.configurationFile";

	private static final String DIRECT_URL = "pgkeel.direct.url";

	private final PgkeelMode mode;

	private final MigrationTools tools;

	private final Function<MigrationTools.@Nullable Tool, PoolDefaults> defaults;

	private final PoolReports reports;

	private final PoolInspector inspector;

	private final PoolInspection inspection;

	private final PoolPropertyOrigins origins;

	private final UnprotectedPools unprotected;

	private final ConfigurableEnvironment environment;

	private final ObjectProvider<LeaseGuard> guard;

	private final Map<String, Preset> presets = new ConcurrentHashMap<>();

	private final Map<String, String> left = new ConcurrentHashMap<>();

	/**
	 * Creates a configurer.
	 * @param mode whether pools are set or only observed
	 * @param tools finds the migration tool that borrows from a pool
	 * @param defaults the defaults for a pool that a given tool borrows from, or none
	 * @param reports collects what was done
	 * @param inspector makes the first connection
	 * @param inspection draws the conclusions from it
	 * @param unprotected told of the pools that get no protection
	 * @param environment holds the user's properties
	 * @param guard puts guarded pools in the place of plain ones, if leaks are looked for
	 */
	PoolConfigurer(PgkeelMode mode, MigrationTools tools,
			Function<MigrationTools.@Nullable Tool, PoolDefaults> defaults, PoolReports reports,
			PoolInspector inspector, PoolInspection inspection, UnprotectedPools unprotected,
			ConfigurableEnvironment environment, ObjectProvider<LeaseGuard> guard) {
		this.mode = mode;
		this.tools = tools;
		this.defaults = defaults;
		this.reports = reports;
		this.inspector = inspector;
		this.inspection = inspection;
		this.unprotected = unprotected;
		this.environment = environment;
		this.guard = guard;
		this.origins = new PoolPropertyOrigins(environment);
	}

	/**
	 * Presets a pool before the user's properties are bound to it.
	 * @return the pool to go on with, guarded if leaks are looked for: whoever is given
	 * the pool from here on is given that one
	 */
	HikariDataSource preset(HikariDataSource pool, String beanName) {
		String reason = reasonToLeave(pool);
		if (reason != null) {
			this.left.put(beanName, reason);
			logger.info(name(pool, beanName) + " - left as it is: " + reason);
			return pool;
		}
		DatabaseTarget target = expectedTarget(pool);
		if (isNotPostgres(target, pool, beanName)) {
			return pool;
		}
		LeaseGuard leaseGuard = this.guard.getIfAvailable();
		HikariDataSource guarded = (leaseGuard != null) ? leaseGuard.guard(pool, beanName, target) : pool;
		MigrationTools.Tool tool = this.tools.borrowingFrom(beanName);
		PoolDefaults poolDefaults = this.defaults.apply(tool);
		AppliedDefaults applied = (this.mode == PgkeelMode.OBSERVE) ? poolDefaults.observe(guarded, target)
				: poolDefaults.applyTo(guarded, target);
		this.presets.put(beanName, new Preset(guarded, applied, tool));
		return guarded;
	}

	private static @Nullable String reasonToLeave(HikariDataSource pool) {
		if (pool.getClass() != HikariDataSource.class) {
			return "its class is " + pool.getClass().getName();
		}
		if (pool.isRunning()) {
			return "the pool was already running when it became a bean";
		}
		return (System.getProperty(HIKARI_FILE_PROPERTY) != null)
				? "HikariCP reads its settings from the file named by " + HIKARI_FILE_PROPERTY : null;
	}

	/**
	 * Reports what became of a pool, after the user's properties were bound to it.
	 * @param bean the pool, or one that was left as it is
	 */
	void complete(HikariDataSource bean, String beanName) {
		Preset preset = this.presets.remove(beanName);
		if (preset == null) {
			String reason = this.left.remove(beanName);
			this.unprotected.leave(bean, name(bean, beanName),
					(reason != null) ? reason : "it is not bound to " + PoolBeanPostProcessor.PREFIX);
			return;
		}
		HikariDataSource pool = preset.pool();
		if (isNotPostgres(DatabaseTarget.ofPool(pool), pool, beanName)) {
			preset.applied().revert();
			return;
		}
		PoolReport report = preset.applied().settle(name(pool, beanName), this.origins);
		this.reports.add(beanName, report);
		log(report, preset);
		UnusedPoolProperties.in(this.environment).forEach((advice) -> logger.warn(report.pool() + " - " + advice));
		if (this.mode == PgkeelMode.ENFORCE) {
			UrlSecrets.hide(pool);
		}
		this.unprotected.leaveIfItHasItsOwnWay(pool, report.pool());
		if (DatabaseTarget.ofPool(pool) == DatabaseTarget.POSTGRESQL) {
			this.inspector.watch(pool, report.pool(), this.mode);
			TlsDecision tls = this.inspection.protect(pool, beanName, report);
			// A check connects by itself
			if (!CheckEnvironmentPostProcessor.isCheck(this.environment)) {
				this.inspector
					.inspect(
							pool, report.pool(), (connection, facts, refusable) -> this.inspection.inspect(pool,
									beanName, preset.tool(), tls, connection, facts, refusable),
							this.inspection.mayRefuse());
			}
		}
		else if (StringUtils.hasText(Binder.get(this.environment).bind(DIRECT_URL, String.class).orElse(null))) {
			logger.warn(report.pool() + " - " + DIRECT_URL + " is not used, since the pool's connections come from"
					+ " another driver or socketFactory than PostgreSQL's: schema scripts and the monitor take the pool's"
					+ " way, as its role");
		}
	}

	private void log(PoolReport report, Preset preset) {
		if (report.settings().isEmpty()) {
			return;
		}
		if (this.mode == PgkeelMode.ENFORCE) {
			logger.info(report);
			return;
		}
		List<String> missed = preset.applied().missedBy(report);
		logger.info(report.pool() + " - runtime profile " + report.profile() + ", observed only: would have set "
				+ (missed.isEmpty() ? "nothing" : String.join(", ", missed)));
	}

	/**
	 * The user's own URL or data source class is only bound after the preset.
	 */
	private DatabaseTarget expectedTarget(HikariDataSource pool) {
		if (pool.getDataSource() != null) {
			return DatabaseTarget.ofPool(pool);
		}
		return DatabaseTarget.ofSettings(
				this.environment.getProperty(PoolPropertyOrigins.PREFIX + "jdbc-url", pool.getJdbcUrl()),
				this.environment.getProperty(PoolPropertyOrigins.PREFIX + "data-source-class-name",
						pool.getDataSourceClassName()));
	}

	private static boolean isNotPostgres(DatabaseTarget target, HikariDataSource pool, String beanName) {
		switch (target) {
			case OTHER -> logger
				.debug(name(pool, beanName) + " - left as it is, and pgkeel backs off: its URL is not PostgreSQL's");
			case UNKNOWN -> logger.info(name(pool, beanName)
					+ " - left as it is: its settings do not tell whether PostgreSQL is behind it");
			default -> {
				return false;
			}
		}
		return true;
	}

	private static String name(HikariDataSource pool, String beanName) {
		return (pool.getPoolName() != null) ? pool.getPoolName() : beanName;
	}

	/**
	 * A pool between preset and report.
	 *
	 * @param pool the pool
	 * @param applied what was set on it
	 * @param tool the migration tool that borrows from it, {@code null} if none does
	 */
	private record Preset(HikariDataSource pool, AppliedDefaults applied, MigrationTools.@Nullable Tool tool) {

	}

}
