package dev.pgkeel.actuate;

import java.util.List;
import java.util.Map;

import dev.pgkeel.alert.ConnectionAlert;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor saw last. What is not known is {@code null}.
 *
 * @param dataAgeSeconds how old it is
 * @param connection how the monitor connects: dedicated or borrowed
 * @param failure why the last question got no answer, {@code null} if it got one
 * @param limits how much of each limit is in use
 * @param sessions numbers of sessions by application and state
 * @param idleInTransactionMs for how long a session has been idle in a transaction, the
 * longest, in milliseconds
 * @param blocked how many sessions wait for a lock
 * @param blocking the sessions that they wait for
 * @param alerts the alerts in force
 * @param history the last 50 changes of alerts, the latest first
 * @since 0.1.0
 */
public record WatchDescriptor(double dataAgeSeconds, String connection, @Nullable FailureDescriptor failure,
		@Nullable List<LimitDescriptor> limits, @Nullable Map<String, Map<String, Integer>> sessions,
		@Nullable Long idleInTransactionMs, @Nullable Integer blocked, @Nullable List<BlockingDescriptor> blocking,
		List<AlertDescriptor> alerts, List<AlertDescriptor> history) {

	static WatchDescriptor of(ServerMonitor monitor, @Nullable ConnectionAlerts alerts, WatchedLeases leases,
			ShownValues values) {
		double age = leases.age().toMillis() / 1000.0;
		String connection = monitor.isDedicated() ? "dedicated" : "borrowed";
		MonitorFailure failed = monitor.state().failure();
		FailureDescriptor failure = (failed != null) ? FailureDescriptor.of(failed, values) : null;
		List<AlertDescriptor> current = (alerts != null) ? alerts.current().stream().map(AlertDescriptor::of).toList()
				: List.of();
		List<AlertDescriptor> history = (alerts != null) ? alerts.history().stream().map(AlertDescriptor::of).toList()
				: List.of();
		ServerSnapshot snapshot = leases.snapshot();
		if (snapshot == null) {
			return new WatchDescriptor(age, connection, failure, null, null, null, null, null, current, history);
		}
		return new WatchDescriptor(age, connection, failure,
				snapshot.usages()
					.stream()
					.map((usage) -> LimitDescriptor.of(usage, usage.equals(snapshot.binding())))
					.toList(),
				snapshot.byApplicationAndState(), snapshot.longestIdleInTransaction().toMillis(), snapshot.blocked(),
				BlockingDescriptor.of(snapshot, leases.byPid()), current, history);
	}

	/**
	 * Why the monitor got no answer.
	 *
	 * @param cause server down, login refused, no such database, question refused, server
	 * full or pool busy
	 * @param refusal which limit was reached, {@code null} unless the server is full
	 * @param message what the driver said
	 */
	public record FailureDescriptor(String cause, @Nullable String refusal, @Nullable String message) {

		static FailureDescriptor of(MonitorFailure failure, ShownValues values) {
			return new FailureDescriptor(failure.cause().toString(),
					(failure.refusal() != null) ? failure.refusal().toString() : null,
					values.value("watch.failure.message", failure.message()));
		}

	}

	/**
	 * One limit.
	 *
	 * @param kind whose it is: server, role or database
	 * @param used how many sessions count against it
	 * @param limit the limit, of the server's less what is reserved
	 * @param percent the part in use
	 * @param upperBound whether {@code used} may be too high
	 * @param binding whether this limit will be reached first
	 */
	public record LimitDescriptor(String kind, int used, int limit, double percent, boolean upperBound,
			boolean binding) {

		static LimitDescriptor of(LimitUsage usage, boolean binding) {
			return new LimitDescriptor(usage.kind().toString(), usage.used(), usage.limit(),
					Math.round(10 * usage.percent()) / 10.0, usage.upperBound(), binding);
		}

	}

	/**
	 * An alert, or its end.
	 *
	 * @param subject what it is about
	 * @param level none, alert, page or panic
	 * @param previous what it was before
	 * @param since since when
	 * @param message what is the matter
	 */
	public record AlertDescriptor(String subject, String level, String previous, String since, String message) {

		static AlertDescriptor of(ConnectionAlert alert) {
			return new AlertDescriptor(alert.subject().toString(), alert.level().toString(),
					alert.previous().toString(), alert.since().toString(), alert.message());
		}

	}

}
