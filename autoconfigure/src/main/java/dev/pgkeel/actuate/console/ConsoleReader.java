package dev.pgkeel.actuate.console;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.pgkeel.actuate.console.LeasesView.LeaseView;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
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

	private final RecentLeaks leaks;

	private final AlertPolicy policy;

	private final Clock clock;

	/**
	 * Creates a reader.
	 * @param sources where to read
	 * @param history the last 15 minutes
	 * @param leaks the last leaks
	 * @param policy when an alert is raised
	 * @param clock tells the time
	 */
	public ConsoleReader(Sources sources, ConsoleHistory history, RecentLeaks leaks, AlertPolicy policy, Clock clock) {
		this.sources = sources;
		this.history = history;
		this.leaks = leaks;
		this.policy = policy;
		this.clock = clock;
	}

	ConsoleView read(boolean showSql) {
		Instant now = this.clock.instant();
		ServerMonitor monitor = this.sources.monitor();
		MonitorState state = (monitor != null && monitor.isRunning()) ? monitor.state() : null;
		ServerSnapshot snapshot = (state != null) ? state.current(now) : null;
		ConnectionAlerts alerts = this.sources.alerts();
		List<PoolView> pools = this.sources.pools().get();
		LeasedPools leased = this.sources.leases();
		LeasesView leases = (leased != null) ? LeasesView.of(leased.all()) : null;
		Map<Integer, LeaseView> ours = byPid(leases);
		SchemaInitializer schema = this.sources.schema();
		return new ConsoleView(now.toEpochMilli(),
				Verdict.of(state, (alerts != null) ? alerts.current() : List.of(), this.policy, pools, now),
				ServerView.of(this.sources.instance(), this.sources.server().get(), state, now, showSql),
				(snapshot != null) ? LimitsView.of(snapshot, this.policy) : null,
				(snapshot != null) ? WhoView.of(snapshot) : null,
				(snapshot != null) ? BlockedView.of(snapshot, ours, showSql) : null,
				(snapshot != null) ? IdleView.of(snapshot) : null, pools, leases, this.history.view(now),
				(alerts != null) ? AlertsView.of(alerts) : null, (leased != null) ? this.leaks.latestFirst() : null,
				(schema != null) ? SchemaView.of(schema) : null);
	}

	private static Map<Integer, LeaseView> byPid(@Nullable LeasesView leases) {
		Map<Integer, LeaseView> byPid = new HashMap<>();
		List<LeaseView> held = (leases != null) ? leases.held() : new ArrayList<>();
		for (LeaseView lease : held) {
			Integer pid = lease.pid();
			if (pid != null) {
				byPid.put(pid, lease);
			}
		}
		return byPid;
	}

	/**
	 * Returns what the holder of a lease does now.
	 * @param pool the pool's name
	 * @param pid the process that serves the session
	 * @return its stack, {@code null} if there is no such lease any more
	 */
	@Nullable List<String> stack(String pool, int pid) {
		return null;
	}

	/**
	 * Where to read.
	 *
	 * @param instance this instance
	 * @param server tells what was learned at the start, or {@code null}
	 * @param monitor the monitor, {@code null} if there is none
	 * @param alerts the alerts, {@code null} if they are switched off
	 * @param pools tells the pools' figures
	 * @param leases the pools' leases, {@code null} if leaks are not looked for
	 * @param schema the schema scripts, {@code null} if they are switched off
	 */
	public record Sources(ApplicationInstance instance, Supplier<@Nullable KnownServer> server,
			@Nullable ServerMonitor monitor, @Nullable ConnectionAlerts alerts, Supplier<List<PoolView>> pools,
			@Nullable LeasedPools leases, @Nullable SchemaInitializer schema) {

	}

}
