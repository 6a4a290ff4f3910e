package dev.pgkeel.actuate;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.pgkeel.actuate.ServerInquiry.PoolFigures;
import dev.pgkeel.actuate.ServerInquiry.ServerAnswer;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport;
import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.ServerMonitor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint that shows the server, how the pool came to its settings, and what
 * became of the schema scripts. It changes nothing and shows no secret.
 *
 * @since 0.1.0
 */
@Endpoint(id = "pgkeel")
public final class PgkeelEndpoint {

	private final @Nullable ServerInquiry inquiry;

	private final @Nullable PoolReports pools;

	private final @Nullable SchemaInitializer schema;

	private final @Nullable LeasedPools leases;

	private final @Nullable ServerMonitor monitor;

	private final @Nullable ConnectionAlerts alerts;

	/**
	 * Creates an endpoint.
	 * @param inquiry asks the server, {@code null} if there is no single data source
	 * @param pools the pools' reports, {@code null} if the pool's defaults are switched
	 * off
	 * @param schema the schema scripts, {@code null} if they are switched off
	 * @param leases the pools' leases, {@code null} if leaks are not looked for
	 * @param monitor the monitor, {@code null} if there is none
	 * @param alerts the alerts, {@code null} if they are switched off
	 */
	public PgkeelEndpoint(@Nullable ServerInquiry inquiry, @Nullable PoolReports pools,
			@Nullable SchemaInitializer schema, @Nullable LeasedPools leases, @Nullable ServerMonitor monitor,
			@Nullable ConnectionAlerts alerts) {
		this.inquiry = inquiry;
		this.pools = pools;
		this.schema = schema;
		this.leases = leases;
		this.monitor = monitor;
		this.alerts = alerts;
	}

	/**
	 * Returns what pgkeel knows.
	 * @return the description
	 */
	@ReadOperation
	public PgkeelDescriptor pgkeel() {
		return new PgkeelDescriptor(server(), pools(), schema(),
				(this.monitor != null) ? WatchDescriptor.of(this.monitor, this.alerts) : null,
				AdviceDescriptor.of(this.schema));
	}

	private @Nullable ServerDescriptor server() {
		if (this.inquiry == null) {
			return null;
		}
		try {
			ServerAnswer answer = this.inquiry.ask();
			String state = answer.fresh() ? "answered" : "not asked: all connections of the pool are in use";
			return ServerDescriptor.of(state, answer.facts(), this.inquiry.known(), this.inquiry.pool());
		}
		catch (SQLException ex) {
			String state = "does not answer (SQLSTATE " + ex.getSQLState() + ")";
			return ServerDescriptor.of(state, null, this.inquiry.known(), this.inquiry.pool());
		}
	}

	private Map<String, PoolDescriptor> pools() {
		Map<String, PoolDescriptor> descriptors = new LinkedHashMap<>();
		Map<String, PoolLeases> leased = (this.leases != null) ? this.leases.all() : Map.of();
		if (this.pools != null) {
			this.pools.all()
				.forEach((bean, report) -> descriptors.put(bean, PoolDescriptor.of(report, leased.get(bean))));
		}
		leased.forEach((bean, leases) -> descriptors.putIfAbsent(bean, PoolDescriptor.of(leases)));
		return descriptors;
	}

	private @Nullable SchemaDescriptor schema() {
		return (this.schema != null) ? SchemaDescriptor.of(this.schema.report()) : null;
	}

	/**
	 * What the endpoint shows.
	 *
	 * @param server the server, {@code null} if there is no single data source
	 * @param pool the pools by the names of their beans
	 * @param schema the schema scripts, {@code null} if they are switched off
	 * @param watch what the monitor saw, {@code null} if there is none
	 * @param schemaAdvice advice about the schema scripts applied
	 */
	public record PgkeelDescriptor(@Nullable ServerDescriptor server, Map<String, PoolDescriptor> pool,
			@Nullable SchemaDescriptor schema, @Nullable WatchDescriptor watch, List<AdviceDescriptor> schemaAdvice) {

	}

	/**
	 * The server. What is not known is {@code null}.
	 *
	 * @param state whether it answered
	 * @param version its version
	 * @param role primary or standby
	 * @param maxConnections its {@code max_connections}
	 * @param usableConnections how many of them ordinary roles can have in all
	 * @param database the database connected to
	 * @param user the role connected as
	 * @param seesAllSessions whether that role may see what other roles' sessions do
	 * @param encryption how the connections are protected
	 * @param pooler what stands in between: direct, session, transaction or unknown
	 * @param connections this instance's connections
	 */
	public record ServerDescriptor(String state, @Nullable String version, @Nullable String role,
			@Nullable Integer maxConnections, @Nullable Integer usableConnections, @Nullable String database,
			@Nullable String user, @Nullable Boolean seesAllSessions, @Nullable String encryption,
			@Nullable String pooler, @Nullable PoolFigures connections) {

		static ServerDescriptor of(String state, @Nullable ServerFacts facts, @Nullable KnownServer known,
				@Nullable PoolFigures figures) {
			String encryption = (known != null) ? known.encryption() : null;
			String pooler = (known != null) ? known.pooler().toString() : null;
			if (facts == null) {
				return new ServerDescriptor(state, null, null, null, null, null, null, null, encryption, pooler,
						figures);
			}
			return new ServerDescriptor(state, facts.version(), facts.role(), facts.limits().maxConnections(),
					facts.limits().usable(), facts.database(), facts.user(), facts.seesAllSessions(), encryption,
					pooler, figures);
		}

	}

	/**
	 * One pool.
	 *
	 * @param name its name
	 * @param profile the runtime profile, {@code null} if the pool's settings are all the
	 * user's own
	 * @param reason why this profile
	 * @param settings the settings by name
	 * @param leases who holds its connections, {@code null} if leaks are not looked for
	 */
	public record PoolDescriptor(String name, @Nullable String profile, @Nullable String reason,
			Map<String, SettingDescriptor> settings, @Nullable LeasesDescriptor leases) {

		static PoolDescriptor of(PoolLeases leases) {
			return new PoolDescriptor(leases.pool(), null, null, Map.of(), LeasesDescriptor.of(leases));
		}

		static PoolDescriptor of(PoolReport report, @Nullable PoolLeases leases) {
			Map<String, SettingDescriptor> settings = new LinkedHashMap<>();
			for (PoolSetting setting : report.settings()) {
				settings.put(setting.name(),
						new SettingDescriptor(setting.value(), setting.source().toString(), setting.reason()));
			}
			return new PoolDescriptor(report.pool(), report.profile().profile().toString(), report.profile().reason(),
					settings, (leases != null) ? LeasesDescriptor.of(leases) : null);
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

	/**
	 * The schema scripts.
	 *
	 * @param outcome the outcome of the run
	 * @param durationMs the duration of the run in milliseconds
	 * @param scripts the scripts in the order in which they ran
	 * @param created the objects that the run created
	 * @param altered the objects that the run altered
	 * @param dropped the objects that the run dropped
	 * @param drift what was no longer as the run before had left it
	 */
	public record SchemaDescriptor(String outcome, long durationMs, List<ScriptDescriptor> scripts,
			List<String> created, List<String> altered, List<String> dropped, List<String> drift) {

		static SchemaDescriptor of(SchemaReport report) {
			return new SchemaDescriptor(report.outcome().toString(), report.duration().toMillis(),
					report.scripts().stream().map(ScriptDescriptor::of).toList(), report.changes().created(),
					report.changes().altered(), report.changes().dropped(), report.drift());
		}

	}

	/**
	 * One schema script.
	 *
	 * @param name the file's name
	 * @param checksum the SHA-256 of its text
	 * @param outcome what became of it
	 * @param statements how many statements it has
	 * @param durationMs how long its statements took, in milliseconds
	 */
	public record ScriptDescriptor(String name, String checksum, String outcome, int statements, long durationMs) {

		static ScriptDescriptor of(AppliedScript script) {
			return new ScriptDescriptor(script.name(), script.checksum(), script.outcome().toString(),
					script.statements(), script.duration().toMillis());
		}

	}

}
