package dev.pgkeel.actuate.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.actuate.WatchedLeases;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.transaction.TransactionGuard;
import org.jspecify.annotations.Nullable;

/**
 * Collects what the page shows. It reads memory alone: no SQL, no connection of a pool.
 * Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ConsoleReader {

	private final Sources sources;

	private final ConsoleHistory history;

	private final AlertPolicy policy;

	private final Clock clock;

	/**
	 * Creates a reader.
	 * @param sources where to read
	 * @param history the last 15 minutes
	 * @param policy when an alert is raised
	 * @param clock tells the time
	 */
	public ConsoleReader(Sources sources, ConsoleHistory history, AlertPolicy policy, Clock clock) {
		this.sources = sources;
		this.history = history;
		this.policy = policy;
		this.clock = clock;
	}

	ConsoleView read(boolean showValues) {
		Instant now = this.clock.instant();
		ServerMonitor monitor = this.sources.monitor();
		MonitorState state = (monitor != null) ? asked(monitor) : null;
		ServerSnapshot snapshot = (state != null) ? state.current(now) : null;
		ServerInquiry inquiry = this.sources.inquiry();
		WatchedLeases watched = new WatchedLeases((inquiry != null) ? inquiry.leases() : null, snapshot,
				(state != null) ? state.age(now) : Duration.ZERO);
		Transactions transactions = Transactions.of(this.sources.transactions());
		SeenLeases ours = SeenLeases.of(watched, transactions);
		ConnectionAlerts alerts = this.sources.alerts();
		List<PoolView> pools = this.sources.pools().get();
		LeasedPools leased = this.sources.leases();
		SchemaInitializer schema = this.sources.schema();
		return new ConsoleView(now.toEpochMilli(),
				Verdict.of(state, (alerts != null) ? alerts.current() : List.of(), this.policy, pools, now, showValues),
				ServerView.of(this.sources.instance(), (inquiry != null) ? inquiry.known() : null, state, now,
						showValues),
				(snapshot != null) ? LimitsView.of(snapshot, this.policy) : null,
				(snapshot != null) ? WhoView.of(snapshot) : null,
				(snapshot != null) ? BlockedView.of(snapshot, ours, showValues) : null,
				(snapshot != null) ? IdleView.of(snapshot, ours, showValues) : null, pools,
				(leased != null) ? LeasesView.of(leased.all(), watched, transactions) : null, this.history.view(now),
				(alerts != null) ? AlertsView.of(alerts) : null, (leased != null) ? LeakView.of(leased.all()) : null,
				(schema != null) ? SchemaView.of(schema, showValues) : null);
	}

	/**
	 * Where the monitor does not run by itself, others may have had it ask.
	 */
	private static @Nullable MonitorState asked(ServerMonitor monitor) {
		MonitorState state = monitor.state();
		return (monitor.isRunning() || state.askedAt() != null) ? state : null;
	}

	/**
	 * Returns what the holder of a lease does now.
	 * @param pool the pool's name
	 * @param pid the process that serves the session
	 * @return its stack, {@code null} if there is no such lease any more
	 */
	@Nullable List<String> stack(String pool, int pid) {
		LeasedPools leased = this.sources.leases();
		if (leased == null) {
			return null;
		}
		return leased.all()
			.values()
			.stream()
			.filter((leases) -> leases.pool().equals(pool))
			.flatMap((leases) -> Stream.ofNullable(leases.holderStack(pid)))
			.findFirst()
			.map((stack) -> stack.stream().map(StackTraceElement::toString).toList())
			.orElse(null);
	}

	/**
	 * Where to read.
	 *
	 * @param instance this instance
	 * @param inquiry knows the server, {@code null} if there is no single data source
	 * @param monitor the monitor, {@code null} if there is none
	 * @param alerts the alerts, {@code null} if they are switched off
	 * @param pools tells the pools' figures
	 * @param leases the pools' leases, {@code null} if leaks are not looked for
	 * @param transactions the transactions, {@code null} if they are not watched
	 * @param schema the schema scripts, {@code null} if they are switched off
	 */
	public record Sources(ApplicationInstance instance, @Nullable ServerInquiry inquiry,
			@Nullable ServerMonitor monitor, @Nullable ConnectionAlerts alerts, Supplier<List<PoolView>> pools,
			@Nullable LeasedPools leases, @Nullable TransactionGuard transactions, @Nullable SchemaInitializer schema) {

	}

}
