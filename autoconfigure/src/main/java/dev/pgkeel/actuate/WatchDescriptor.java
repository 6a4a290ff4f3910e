package dev.pgkeel.actuate;

import java.util.List;
import java.util.Map;

import dev.pgkeel.alert.ConnectionAlert;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor saw last. What is not known is {@code null}.
 *
 * @param dataAgeSeconds how old it is
 * @param seesAllSessions whether the role sees other roles' sessions in full
 * @param hiddenSessions how many sessions it sees only in part
 * @param limits how much of each limit is in use
 * @param byApplication sessions by application
 * @param byState sessions by state
 * @param blocked sessions that wait for a lock, and for whom
 * @param alerts the alerts in force
 * @param history the last 50 changes of alerts, the latest first
 * @since 0.1.0
 */
public record WatchDescriptor(double dataAgeSeconds, @Nullable Boolean seesAllSessions,
		@Nullable Integer hiddenSessions, @Nullable List<String> limits, @Nullable Map<String, Integer> byApplication,
		@Nullable Map<String, Integer> byState, @Nullable List<BlockedDescriptor> blocked, List<AlertDescriptor> alerts,
		List<AlertDescriptor> history) {

	static WatchDescriptor of(ServerMonitor monitor, @Nullable ConnectionAlerts alerts) {
		double age = monitor.dataAge().toMillis() / 1000.0;
		List<AlertDescriptor> current = (alerts != null) ? alerts.current().stream().map(AlertDescriptor::of).toList()
				: List.of();
		List<AlertDescriptor> history = (alerts != null) ? alerts.history().stream().map(AlertDescriptor::of).toList()
				: List.of();
		ServerSnapshot snapshot = monitor.current();
		if (snapshot == null) {
			return new WatchDescriptor(age, null, null, null, null, null, null, current, history);
		}
		return new WatchDescriptor(age, snapshot.seesAllSessions(), snapshot.hidden(),
				snapshot.usages().stream().map(LimitUsage::toString).toList(), snapshot.byApplication(),
				snapshot.byState(), snapshot.longestBlocked().stream().map(BlockedDescriptor::of).toList(), current,
				history);
	}

	/**
	 * A session that waits for a lock.
	 *
	 * @param pid its process
	 * @param application its application
	 * @param waitingMs how long it has waited, in milliseconds
	 * @param blockedBy the processes that it waits for
	 */
	public record BlockedDescriptor(int pid, String application, long waitingMs, List<Integer> blockedBy) {

		static BlockedDescriptor of(BlockedSession session) {
			return new BlockedDescriptor(session.pid(), session.application(), session.waiting().toMillis(),
					session.blockedBy());
		}

	}

	/**
	 * An alert, or its end.
	 *
	 * @param subject what it is about
	 * @param level none, alert, page or panic
	 * @param since since when
	 * @param message what is the matter
	 */
	public record AlertDescriptor(String subject, String level, String since, String message) {

		static AlertDescriptor of(ConnectionAlert alert) {
			return new AlertDescriptor(alert.subject().toString(), alert.level().toString(), alert.since().toString(),
					alert.message());
		}

	}

}
