package dev.pgkeel.server;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * Asks the server regularly how full it is, with one query, and keeps the last answer for
 * all who want to know. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ServerMonitor implements SessionProbe, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(ServerMonitor.class);

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	/**
	 * That of a connection of HikariCP 7.0.2.
	 */
	private static final Duration SESSION_LIFETIME = Duration.ofMinutes(30);

	/**
	 * A session is only given up where there is room for another one.
	 */
	private static final double ROOMY_PERCENT = 70;

	private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

	private final ExclusiveConnection connection;

	private final MonitorSchedule schedule;

	private final Refusals refusals;

	private final PollListeners listeners;

	private final Clock clock;

	private final RandomGenerator random;

	private volatile Supplier<? extends Collection<Integer>> watched = List::of;

	private volatile Supplier<@Nullable String> role = () -> null;

	private volatile boolean details;

	private volatile MonitorState state;

	private final MonitorThread thread;

	private volatile boolean onDemand;

	private int failures;

	/**
	 * Creates a monitor, which does not ask yet.
	 * @param connection the way to the server
	 * @param schedule when to ask
	 * @param refusals counts refusals
	 * @param listeners are told of each question
	 * @param clock tells the time
	 * @param random makes instances differ
	 */
	public ServerMonitor(MonitorConnection connection, MonitorSchedule schedule, Refusals refusals,
			List<PollListener> listeners, Clock clock, RandomGenerator random) {
		this.connection = new ExclusiveConnection(connection);
		this.schedule = schedule;
		this.refusals = refusals;
		this.listeners = new PollListeners(listeners);
		this.clock = clock;
		this.random = random;
		this.state = new MonitorState(null, null, null, clock.instant());
		this.thread = new MonitorThread(this::poll, schedule.soon(), this.connection::close);
	}

	/**
	 * Returns what is known, without asking.
	 * @return the state
	 */
	public MonitorState state() {
		return this.state;
	}

	/**
	 * Returns the present as far as it is known, without asking.
	 * @return the last answer, {@code null} while the monitor is blind
	 */
	public @Nullable ServerSnapshot current() {
		return this.state.current(this.clock.instant());
	}

	/**
	 * Returns how old the last answer is.
	 * @return its age
	 */
	public Duration dataAge() {
		return this.state.age(this.clock.instant());
	}

	/**
	 * Returns whether the monitor keeps a session of its own.
	 * @return whether it does, as far as that is decided
	 */
	public boolean isDedicated() {
		return this.connection.isDedicated();
	}

	/**
	 * Adds a listener.
	 * @param listener is told of each question from now on
	 */
	public void addListener(PollListener listener) {
		this.listeners.add(listener);
	}

	/**
	 * Removes a listener. It may be told of a question once more meanwhile.
	 * @param listener the listener
	 */
	public void removeListener(PollListener listener) {
		this.listeners.remove(listener);
	}

	/**
	 * Has sessions looked at one by one with each question.
	 * @param pids tells the processes that serve them
	 */
	public void watch(Supplier<? extends Collection<Integer>> pids) {
		this.watched = pids;
	}

	/**
	 * Has the limit of another role looked at than that of the monitor's own session.
	 * @param role tells the role that the application connects as, {@code null} if it is
	 * that one, or is not known
	 */
	public void watchLimitOf(Supplier<@Nullable String> role) {
		this.role = role;
	}

	/**
	 * Has statements looked at too, and the sessions that are idle in a transaction one
	 * by one. Without somebody who shows them nobody asks.
	 */
	public void watchDetails() {
		this.details = true;
	}

	/**
	 * Asks what sessions do, on the monitor's connection: there never is a second one.
	 */
	@Override
	public Map<Integer, SessionState> sessions(Collection<Integer> backendPids) throws SQLException {
		if (backendPids.isEmpty()) {
			return Map.of();
		}
		if (!isRunning()) {
			throw new SQLTransientConnectionException("The monitor does not run");
		}
		try {
			return this.connection.useSoon((open) -> SessionStates.read(open, backendPids));
		}
		finally {
			this.thread.closeIfStopped();
		}
	}

	/**
	 * Starts to ask, on a thread of its own.
	 */
	public synchronized void start() {
		if (!isRunning()) {
			this.state = new MonitorState(null, null, null, this.clock.instant());
			this.thread.start();
		}
	}

	/**
	 * Returns whether the monitor asks by itself.
	 * @return whether it was started
	 */
	public boolean isRunning() {
		return this.thread.isRunning();
	}

	/**
	 * Returns whether somebody asks, or has lately: what is not seen then is no answer.
	 * @return whether the monitor runs, or was asked on demand so that its answer would
	 * not be old
	 */
	public boolean isAsked() {
		return isRunning() || this.state.sinceAsked(this.clock.instant()).compareTo(MonitorState.OLD) <= 0;
	}

	/**
	 * Lets others have the server asked, on their own threads.
	 */
	public void startOnDemand() {
		this.onDemand = true;
	}

	/**
	 * Returns whether what the monitor knows is worth looking at.
	 * @return whether it asks by itself or on demand
	 */
	public boolean isActive() {
		return isRunning() || this.onDemand;
	}

	/**
	 * Asks on demand, where the monitor does not ask by itself: once per interval at
	 * most, and not while somebody else does.
	 */
	public void refresh() {
		if (this.onDemand && isDue() && this.connection.tryAcquire()) {
			try {
				poll(() -> this.onDemand);
			}
			finally {
				this.connection.release();
			}
		}
	}

	private boolean isDue() {
		MonitorState known = this.state;
		Duration pause = (known.failure() != null) ? this.schedule.soon() : this.schedule.interval();
		return known.sinceAsked(this.clock.instant()).compareTo(pause) >= 0;
	}

	/**
	 * Has the monitor ask at once, but once per second at most. Only asks it to: nobody
	 * waits here.
	 */
	public void hurry() {
		this.thread.hurry(SHORTEST_PAUSE.minus(this.state.sinceAsked(this.clock.instant())));
	}

	/**
	 * Gives up the monitor's session, which the next question opens anew where there is
	 * room for it.
	 * @return whether there may have been one a moment ago
	 */
	public boolean giveWay() {
		boolean lately = isActive() && (this.connection.isInUse() || hasJustAnswered());
		if (lately) {
			this.connection.giveUp();
		}
		return lately;
	}

	private boolean hasJustAnswered() {
		MonitorState known = this.state;
		return known.failure() == null && known.sinceAsked(this.clock.instant()).compareTo(TIMEOUT) < 0;
	}

	/**
	 * Ends asking, and closes the connection. A question that waits for its answer fails
	 * by that, which says nothing about the server: it is forgotten.
	 */
	public synchronized void stop() {
		this.onDemand = false;
		this.thread.stop();
	}

	/**
	 * Asks now.
	 * @return how long to wait before the next question
	 */
	public Duration poll() {
		return poll(() -> true);
	}

	/**
	 * Asks now.
	 * @param wanted whether anybody still wants to know, or the monitor was stopped
	 * meanwhile
	 */
	private Duration poll(BooleanSupplier wanted) {
		this.connection.acquire();
		try {
			ask(wanted);
			boolean soon = this.listeners.polled(this.state, wanted);
			if (this.failures > 0) {
				return this.schedule.retry(this.failures, dataAge(), this.random);
			}
			return soon ? this.schedule.soon() : this.schedule.interval();
		}
		finally {
			this.connection.release();
		}
	}

	private void ask(BooleanSupplier wanted) {
		Instant askedAt = this.clock.instant();
		MonitorState before = this.state.asOf(askedAt);
		if (!this.connection.isPossible()) {
			this.state = new MonitorState(null, null, null, askedAt);
			return;
		}
		try {
			ServerSnapshot snapshot = this.connection.use((open) -> SnapshotQuery.run(open, TIMEOUT,
					this.clock.instant(), isDedicated() ? this.role.get() : null, this.watched.get(), this.details));
			if (!wanted.getAsBoolean()) {
				return;
			}
			this.failures = 0;
			this.state = new MonitorState(snapshot, null, askedAt, before.since());
			if (before.failure() != null) {
				logger.info("The monitor sees the server again");
			}
			if (snapshot.binding().percent() < ROOMY_PERCENT) {
				this.connection.renew(SESSION_LIFETIME);
			}
		}
		catch (SQLException ex) {
			if (!wanted.getAsBoolean()) {
				return;
			}
			this.failures++;
			MonitorFailure failure = MonitorFailure.of(ex);
			this.refusals.connectFailed(ex);
			this.state = new MonitorState(before.snapshot(), failure, askedAt, before.since());
			if (failure.isNewsAfter(before.failure())) {
				logger.warn("The monitor cannot see the server (" + failure.cause() + "): " + failure.message());
			}
		}
	}

}
