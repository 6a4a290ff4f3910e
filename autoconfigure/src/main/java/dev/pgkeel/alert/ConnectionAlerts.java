package dev.pgkeel.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.PollListener;
import dev.pgkeel.server.Refusals;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The alerts in force, one for each subject, and those of the past. Safe for use by
 * several threads.
 *
 * @since 0.1.0
 */
public final class ConnectionAlerts implements PollListener, AopInfrastructureBean {

	private static final int HISTORY = 50;

	private final AlertObserver observer;

	private final ApplicationInstance instance;

	private final AlertNotifier notifier;

	private final Clock clock;

	private final Map<AlertSubject, LevelTracker> trackers = new EnumMap<>(AlertSubject.class);

	private final Map<AlertSubject, ConnectionAlert> current = new EnumMap<>(AlertSubject.class);

	private final Map<AlertSubject, Instant> told = new EnumMap<>(AlertSubject.class);

	private final Deque<ConnectionAlert> history = new ArrayDeque<>();

	/**
	 * Creates alerts.
	 * @param policy when an alert is raised
	 * @param refusals counts refusals and borrowers that waited in vain
	 * @param waiting tells how many borrowers wait for a connection of the pool
	 * @param instance this instance of the application
	 * @param notifiers are told of each change
	 * @param clock tells the time
	 */
	public ConnectionAlerts(AlertPolicy policy, Refusals refusals, IntSupplier waiting, ApplicationInstance instance,
			List<AlertNotifier> notifiers, Clock clock) {
		this.observer = new AlertObserver(policy, refusals, waiting);
		this.instance = instance;
		List<AlertNotifier> all = List.copyOf(notifiers);
		this.notifier = new AlertNotifiers(() -> all);
		this.clock = clock;
		for (AlertSubject subject : AlertSubject.values()) {
			this.trackers.put(subject, new LevelTracker());
		}
	}

	@Override
	public boolean polled(MonitorState state) {
		Instant now = this.clock.instant();
		List<ConnectionAlert> news = new ArrayList<>();
		boolean raised;
		synchronized (this) {
			this.observer.observe(state, now).forEach((subject, seen) -> follow(subject, seen, now, news));
			raised = !this.current.isEmpty() || this.observer.somebodyWaits();
		}
		news.forEach(this.notifier::notify);
		return raised;
	}

	private void follow(AlertSubject subject, Observation seen, Instant now, List<ConnectionAlert> news) {
		LevelTracker tracker = this.trackers.computeIfAbsent(subject, (key) -> new LevelTracker());
		AlertLevel level = tracker.follow(seen);
		ConnectionAlert before = this.current.get(subject);
		AlertLevel previous = (before != null) ? before.level() : AlertLevel.NONE;
		boolean changed = level != previous;
		if (!changed && before == null) {
			return;
		}
		String key = subject.key(this.instance);
		ConnectionAlert alert = (changed || before == null)
				? new ConnectionAlert(subject, level, previous, tracker.message(), now, key)
				: new ConnectionAlert(subject, level, before.previous(), tracker.message(), before.since(), key);
		if (level == AlertLevel.NONE) {
			this.current.remove(subject);
		}
		else {
			this.current.put(subject, alert);
		}
		if (changed) {
			remember(alert);
		}
		Instant last = this.told.get(subject);
		// Also where the clock was set back
		if (changed || last == null || last.isAfter(now)
				|| Duration.between(last, now).compareTo(AlertPolicy.REMINDER) >= 0) {
			this.told.put(subject, now);
			news.add(alert);
		}
	}

	private void remember(ConnectionAlert alert) {
		this.history.addFirst(alert);
		if (this.history.size() > HISTORY) {
			this.history.removeLast();
		}
	}

	/**
	 * Returns the alerts in force.
	 * @return the alerts
	 */
	public synchronized List<ConnectionAlert> current() {
		return List.copyOf(this.current.values());
	}

	/**
	 * Returns the last 50 changes.
	 * @return the changes, the latest first
	 */
	public synchronized List<ConnectionAlert> history() {
		return List.copyOf(this.history);
	}

	/**
	 * Returns the level of a subject.
	 * @param subject the subject
	 * @return its level
	 */
	public synchronized AlertLevel level(AlertSubject subject) {
		ConnectionAlert alert = this.current.get(subject);
		return (alert != null) ? alert.level() : AlertLevel.NONE;
	}

}
