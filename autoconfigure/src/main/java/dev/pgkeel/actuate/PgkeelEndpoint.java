package dev.pgkeel.actuate;

import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.pgkeel.actuate.ServerInquiry.PoolFigures;
import dev.pgkeel.actuate.ServerInquiry.ServerAnswer;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.pool.ConnectionBudget;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.pool.PoolSizing;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionLimits;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint that shows the server and its sessions, how the pool came to its
 * settings and who holds its connections, the alerts, and what became of the schema
 * scripts. It changes nothing and shows no secret.
 *
 * @since 0.1.0
 */
@Endpoint(id = "pgkeel")
public final class PgkeelEndpoint implements AopInfrastructureBean {

	private final EndpointSources sources;

	private final Sanitizer sanitizer;

	private final Show showValues;

	/**
	 * Creates an endpoint.
	 * @param sources where it has its knowledge from
	 * @param sanitizers hide values, as those of the application's environment
	 * @param showValues who may see values
	 */
	public PgkeelEndpoint(EndpointSources sources, Iterable<SanitizingFunction> sanitizers, Show showValues) {
		this.sources = sources;
		this.sanitizer = new Sanitizer(sanitizers);
		this.showValues = showValues;
	}

	/**
	 * Returns what pgkeel knows.
	 * @return the description
	 */
	@ReadOperation
	public PgkeelDescriptor pgkeel() {
		return describe(this.showValues.isShown(true));
	}

	/**
	 * Returns what pgkeel knows.
	 * @param withValues whether values are shown that not all may see
	 * @return the description
	 */
	PgkeelDescriptor describe(boolean withValues) {
		ShownValues values = new ShownValues(this.sanitizer, withValues);
		ServerMonitor monitor = this.sources.monitor();
		if (monitor != null) {
			monitor.refresh();
		}
		ServerInquiry inquiry = this.sources.inquiry();
		WatchedLeases watched = watched(inquiry);
		ServerDescriptor server = null;
		ServerFacts facts = null;
		if (inquiry != null) {
			ServerAnswer answer = ask(inquiry);
			server = ServerDescriptor.of(answer, inquiry, watched.snapshot(), values);
			facts = answer.facts();
		}
		return new PgkeelDescriptor(server, VisibilityDescriptor.of(facts, watched.snapshot()), pools(watched, values),
				schema(), watch(watched, values), AdviceDescriptor.of(this.sources.schema(), values));
	}

	/**
	 * Where a monitor asks the server, nobody else needs to.
	 */
	private ServerAnswer ask(ServerInquiry inquiry) {
		ServerMonitor monitor = this.sources.monitor();
		if (monitor != null && monitor.isActive()) {
			MonitorFailure failure = monitor.state().failure();
			if (failure != null) {
				return new ServerAnswer("does not answer: " + failure, inquiry.lastKnown());
			}
			if (monitor.current() != null && inquiry.lastKnown() != null) {
				return new ServerAnswer(ServerAnswer.ANSWERED, inquiry.lastKnown());
			}
		}
		try {
			return inquiry.ask();
		}
		catch (SQLException ex) {
			return new ServerAnswer("does not answer (SQLSTATE " + ex.getSQLState() + ")", null);
		}
		catch (RuntimeException ex) {
			// One that routes may know no server outside of a request
			return new ServerAnswer(
					"not asked: the data source gives no connection (" + ex.getClass().getSimpleName() + ")", null);
		}
	}

	private WatchedLeases watched(@Nullable ServerInquiry inquiry) {
		ServerMonitor monitor = this.sources.monitor();
		PoolLeases pool = (inquiry != null) ? inquiry.leases() : null;
		return (monitor != null) ? new WatchedLeases(pool, monitor.current(), monitor.dataAge())
				: new WatchedLeases(pool, null, Duration.ZERO);
	}

	private @Nullable WatchDescriptor watch(WatchedLeases watched, ShownValues values) {
		ServerMonitor monitor = this.sources.monitor();
		return (monitor != null && monitor.isActive())
				? WatchDescriptor.of(monitor, this.sources.alerts(), watched, values) : null;
	}

	private Map<String, PoolDescriptor> pools(WatchedLeases watched, ShownValues values) {
		Map<String, PoolDescriptor> descriptors = new LinkedHashMap<>();
		LeasedPools leases = this.sources.leases();
		Map<String, LeasesDescriptor> leased = new LinkedHashMap<>();
		if (leases != null) {
			leases.all().forEach((bean, pool) -> leased.put(bean, LeasesDescriptor.of(pool, watched)));
		}
		PoolReports pools = this.sources.pools();
		if (pools != null) {
			pools.all()
				.forEach((bean, report) -> descriptors.put(bean,
						PoolDescriptor.of(report, pools.sizing(bean), leased.get(bean), values)));
		}
		if (leases != null) {
			leases.all()
				.forEach((bean, pool) -> descriptors.computeIfAbsent(bean,
						(name) -> new PoolDescriptor(pool.pool(), null, null, null, Map.of(), leased.get(name))));
		}
		return descriptors;
	}

	private @Nullable SchemaDescriptor schema() {
		SchemaInitializer schema = this.sources.schema();
		return (schema != null) ? SchemaDescriptor.of(schema.report()) : null;
	}

	/**
	 * What the endpoint shows.
	 *
	 * @param server the server, {@code null} if there is no single data source
	 * @param visibility what the role that asks may see
	 * @param pool the pools by the names of their beans
	 * @param schema the schema scripts, {@code null} if they are switched off
	 * @param watch what the monitor saw, {@code null} if there is none, or it has nothing
	 * to watch
	 * @param schemaAdvice advice about the schema scripts applied
	 */
	public record PgkeelDescriptor(@Nullable ServerDescriptor server, VisibilityDescriptor visibility,
			Map<String, PoolDescriptor> pool, @Nullable SchemaDescriptor schema, @Nullable WatchDescriptor watch,
			List<AdviceDescriptor> schemaAdvice) implements OperationResponseBody {

	}

	/**
	 * The server. What is not known is {@code null}.
	 *
	 * @param state whether it answered
	 * @param version its version
	 * @param role primary or standby
	 * @param maxConnections its {@code max_connections}
	 * @param reservedConnections how many of them only privileged roles may use
	 * @param roleLimit the role's own limit, {@code null} if it has none
	 * @param databaseLimit the database's own limit, {@code null} if it has none
	 * @param usableConnections how many sessions ordinary roles can have in all
	 * @param database the database connected to
	 * @param user the role connected as
	 * @param encryption how the connections are protected
	 * @param pooler what stands in between: direct, session, transaction or unknown
	 * @param connections this instance's connections
	 */
	public record ServerDescriptor(String state, @Nullable String version, @Nullable String role,
			@Nullable Integer maxConnections, @Nullable Integer reservedConnections, @Nullable Integer roleLimit,
			@Nullable Integer databaseLimit, @Nullable Integer usableConnections, @Nullable String database,
			@Nullable String user, @Nullable String encryption, @Nullable String pooler,
			@Nullable PoolFigures connections) {

		/**
		 * Limits change while the application runs, and the monitor sees the present
		 * ones.
		 */
		static ServerDescriptor of(ServerAnswer answer, ServerInquiry inquiry, @Nullable ServerSnapshot snapshot,
				ShownValues values) {
			KnownServer known = inquiry.known();
			String encryption = (known != null) ? known.encryption() : null;
			String pooler = (known != null) ? known.pooler().toString() : null;
			ServerFacts facts = answer.facts();
			if (facts == null) {
				return new ServerDescriptor(answer.state(), null, null, null, null, null, null, null, null, null,
						encryption, pooler, inquiry.pool());
			}
			SessionLimits limits = (snapshot != null) ? snapshot.limits() : facts.limits();
			return new ServerDescriptor(answer.state(), facts.version(), facts.role(), limits.maxConnections(),
					limits.reserved(), limits.role(), limits.database(), limits.usable(),
					values.value("server.database", facts.database()), values.value("server.user", facts.user()),
					encryption, pooler, inquiry.pool());
		}

	}

	/**
	 * One pool.
	 *
	 * @param name its name
	 * @param profile the runtime profile, {@code null} if the pool's settings are all the
	 * user's own
	 * @param reason why this profile
	 * @param budget its share of what the fleet may take, {@code null} if that is not
	 * known
	 * @param settings the settings by name
	 * @param leases who holds its connections, {@code null} if leaks are not looked for
	 */
	public record PoolDescriptor(String name, @Nullable String profile, @Nullable String reason,
			@Nullable BudgetDescriptor budget, Map<String, SettingDescriptor> settings,
			@Nullable LeasesDescriptor leases) {

		static PoolDescriptor of(PoolReport report, @Nullable PoolSizing sizing, @Nullable LeasesDescriptor leases,
				ShownValues values) {
			Map<String, SettingDescriptor> settings = new LinkedHashMap<>();
			for (PoolSetting setting : report.settings()) {
				String value = values.figure("spring.datasource.hikari." + setting.name(), setting.value());
				settings.put(setting.name(),
						new SettingDescriptor(value, setting.source().toString(), setting.reason()));
			}
			return new PoolDescriptor(report.pool(), report.profile().profile().toString(), report.profile().reason(),
					(sizing != null) ? BudgetDescriptor.of(sizing) : null, settings, leases);
		}

	}

	/**
	 * A pool's share of what the fleet may take.
	 *
	 * @param instances the most instances that run at once
	 * @param declared whether somebody said so
	 * @param connections how many connections all of them may have together
	 * @param largest how large each instance's pool may be, 0 if not even one connection
	 * each fits
	 * @param monitorSessions how many sessions each instance's monitor keeps beside the
	 * pool
	 * @param otherSessions how many sessions others had when the application started,
	 * {@code null} if nobody knows
	 * @param arithmetic the sum
	 */
	public record BudgetDescriptor(int instances, boolean declared, int connections, int largest, int monitorSessions,
			@Nullable Integer otherSessions, String arithmetic) {

		static BudgetDescriptor of(PoolSizing sizing) {
			ConnectionBudget budget = sizing.budget();
			return new BudgetDescriptor(budget.instances(), budget.declared(), budget.connections(), sizing.largest(),
					sizing.monitorSessions(), sizing.otherSessions(), sizing.toString());
		}

	}

	/**
	 * One setting of a pool.
	 *
	 * @param value the value with its unit
	 * @param source who chose it: profile, user, budget or hikari
	 * @param reason why
	 */
	public record SettingDescriptor(String value, String source, String reason) {

	}

}
