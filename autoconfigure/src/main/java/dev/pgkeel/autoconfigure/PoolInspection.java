package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.pool.PoolSizing;
import dev.pgkeel.pool.PoolerAdaptation;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.PoolerProbe;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.tls.TlsConfigurationException;
import dev.pgkeel.tls.TlsDecision;
import dev.pgkeel.tls.TlsPolicy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * Draws the conclusions from the first connection, before the pool makes its own.
 */
final class PoolInspection implements AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(PoolInspection.class);

	/**
	 * The start, which waits for 5 s, is to know the result.
	 */
	private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(3);

	private final PgkeelMode mode;

	private final ActiveProfile profile;

	private final @Nullable Pooler declaredPooler;

	private final PoolReports reports;

	private final TlsPolicy tls;

	private final BooleanSupplier detailsOfTheUser;

	private final PoolBudget budget;

	/**
	 * Creates an inspection.
	 * @param mode whether the pool is adapted or only observed
	 * @param profile the runtime profile
	 * @param declaredPooler what the user says stands in between, {@code null} to find
	 * out
	 * @param reports collects what was done
	 * @param tls decides about the encryption
	 * @param detailsOfTheUser tells whether the connection's details come from somewhere
	 * else than {@code spring.datasource}
	 * @param budget holds the pool to its share
	 */
	PoolInspection(PgkeelMode mode, ActiveProfile profile, @Nullable Pooler declaredPooler, PoolReports reports,
			TlsPolicy tls, BooleanSupplier detailsOfTheUser, PoolBudget budget) {
		this.mode = mode;
		this.profile = profile;
		this.declaredPooler = declaredPooler;
		this.reports = reports;
		this.tls = tls;
		this.detailsOfTheUser = detailsOfTheUser;
		this.budget = budget;
	}

	/**
	 * Decides how the connections are protected, before the first one is made, and adapts
	 * them to a pooler that the user has declared.
	 * @param pool the pool
	 * @param beanName the name of the pool's bean
	 * @param report what was set on the pool so far
	 * @return the decision
	 */
	TlsDecision protect(HikariDataSource pool, String beanName, PoolReport report) {
		PoolAdvice.about(pool).forEach((advice) -> logger.warn(report.pool() + " - " + advice));
		if (this.mode == PgkeelMode.OBSERVE) {
			return observe(pool, report);
		}
		TlsDecision decision = decide(pool);
		TlsPolicy.apply(pool, decision);
		PoolReport settled = report;
		if (!decision.settings().isEmpty()) {
			settled = report.with(new PoolSetting("sslmode", String.valueOf(decision.sslMode()), PoolSetting.Source.TLS,
					decision.reason()));
			this.reports.add(beanName, settled);
		}
		if (this.declaredPooler != null) {
			// The pool may run before the server has answered
			adapt(pool, beanName, settled, declared(this.declaredPooler));
		}
		return decision;
	}

	/**
	 * HikariCP gives properties to nobody if the pool has a data source of its own.
	 */
	private TlsDecision decide(HikariDataSource pool) {
		TlsDecision decision = this.tls.decide(pool, this.detailsOfTheUser.getAsBoolean());
		return (pool.getDataSource() != null && !decision.settings().isEmpty())
				? new TlsDecision(null, "the pool's own data source decides", Map.of()) : decision;
	}

	private TlsDecision observe(HikariDataSource pool, PoolReport report) {
		try {
			TlsDecision decision = decide(pool);
			if (decision.settings().isEmpty()) {
				return decision;
			}
			logger.info(report.pool() + " - observed only: would have set sslmode=" + decision.sslMode() + ", since "
					+ decision.reason());
			return new TlsDecision(null, decision.reason(), Map.of());
		}
		catch (TlsConfigurationException ex) {
			logger.warn(report.pool() + " - observed only: would have refused to start: " + ex.getMessage());
			return new TlsDecision(null, "the driver's properties decide", Map.of());
		}
	}

	boolean mayRefuse() {
		return this.budget.mayRefuse();
	}

	/**
	 * Draws the conclusions, and closes the connection.
	 * @throws SQLException if it cannot be closed
	 * @throws OverBudgetException if the pool is refused, which it only may be if it is
	 * refusable
	 */
	KnownServer inspect(HikariDataSource pool, String beanName, MigrationTools.@Nullable Tool tool,
			TlsDecision decision, Connection connection, ServerFacts facts, BooleanSupplier refusable)
			throws SQLException {
		PoolReport report = Objects.requireNonNull(this.reports.all().get(beanName));
		PoolerProbe.Result pooler = pooler(pool, connection, facts);
		KnownServer server = new KnownServer(facts, pooler.pooler(), encryption(decision, pooler, facts));
		PoolSizing sizing = this.budget.sizing(pool, server, connection);
		// A pool that is being started may wait for this session, and is waited for below
		connection.close();
		adapt(pool, beanName, report, pooler);
		PoolAdvice.about(pool, facts, pooler.pooler(), this.profile.profile())
			.forEach((advice) -> logger.warn(report.pool() + " - " + advice));
		if (facts.tls() == null && pooler.pooler() == Pooler.DIRECT) {
			warnOfPlaintext(report.pool(), decision);
		}
		if (sizing != null) {
			this.reports.size(beanName, sizing);
			PoolReport latest = Objects.requireNonNull(this.reports.all().get(beanName));
			this.reports.add(beanName, this.budget.settle(pool, latest, sizing, tool, facts.limits(), refusable));
		}
		return server;
	}

	private static void warnOfPlaintext(String pool, TlsDecision decision) {
		if (decision.allowsPlaintext()) {
			logger.warn(pool + " - plaintext: the server says that it has no TLS, and its network is private."
					+ " Switch TLS on at the server, or set pgkeel.tls.mode=disable if plaintext is meant");
		}
		else if (decision.exposed()) {
			logger.warn(pool + " - plaintext, over a network that may be public: the JdbcConnectionDetails are not"
					+ " those of spring.datasource, and decide about TLS themselves. Set pgkeel.tls.mode=require, or"
					+ " pgkeel.tls.mode=disable if plaintext is meant");
		}
	}

	/**
	 * Behind a pooler the server tells of the pooler's session, not of ours.
	 */
	private static String encryption(TlsDecision decision, PoolerProbe.Result pooler, ServerFacts facts) {
		if (pooler.pooler() != Pooler.DIRECT) {
			return "encryption unknown (sslmode " + ((decision.sslMode() != null) ? decision.sslMode() : "prefer")
					+ ")";
		}
		return decision.describe((facts.tls() != null) ? facts.tls().protocol() : null);
	}

	private PoolerProbe.Result pooler(HikariDataSource pool, Connection connection, ServerFacts facts) {
		if (this.declaredPooler != null) {
			return declared(this.declaredPooler);
		}
		// A pooler may have no session left but the one of this connection
		return new PoolerProbe(new Preflight(pool, null, PROBE_TIMEOUT)::connectBare).probe(connection,
				facts.backendPid());
	}

	private static PoolerProbe.Result declared(Pooler pooler) {
		return new PoolerProbe.Result(pooler, pooler == Pooler.DIRECT, "pgkeel.pooler is " + pooler);
	}

	private void adapt(HikariDataSource pool, String beanName, PoolReport report, PoolerProbe.Result pooler) {
		PoolSetting needed = PoolerAdaptation.needed(pool, pooler);
		if (needed == null) {
			return;
		}
		if (this.mode == PgkeelMode.OBSERVE) {
			logger.info(report.pool() + " - observed only: would have set " + needed + ", since " + needed.reason());
			return;
		}
		// HikariCP 7.0.2 holds this lock while it starts the pool
		synchronized (pool) {
			if (pool.isRunning()) {
				logger.warn(report.pool() + " - runs already without " + needed + ", although " + needed.reason()
						+ ". Restart the application, or set spring.datasource.hikari.data-source-properties."
						+ needed.name());
				return;
			}
			PoolerAdaptation.apply(pool, needed);
		}
		this.reports.add(beanName, report.with(needed));
		logger.info(report.pool() + " - set " + needed + ", since " + needed.reason());
	}

}
