package dev.pgkeel.server;

import java.util.function.Supplier;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the server's last slot to a pool that runs and has no connection, where somebody
 * wants one: HikariCP goes on trying, and the monitor's session would be in its way for
 * good.
 *
 * @since 0.1.0
 */
public final class LastSlot implements PollListener {

	private static final double FULL_PERCENT = 100;

	private final ServerMonitor monitor;

	private final Supplier<@Nullable HikariDataSource> pool;

	private final Refusals refusals;

	private long timeouts;

	/**
	 * Creates a listener of the monitor.
	 * @param monitor the monitor, whose session is given up
	 * @param pool tells the pool, running or not, {@code null} if there is none
	 * @param refusals tells of those who waited in vain since the last question
	 */
	public LastSlot(ServerMonitor monitor, Supplier<@Nullable HikariDataSource> pool, Refusals refusals) {
		this.monitor = monitor;
		this.pool = pool;
		this.refusals = refusals;
	}

	@Override
	public boolean polled(MonitorState state) {
		long before = this.timeouts;
		this.timeouts = this.refusals.timeouts();
		if (isWantedInVain(this.timeouts > before) && isFull(state)) {
			this.monitor.giveWay();
		}
		return false;
	}

	private boolean isWantedInVain(boolean timedOut) {
		HikariDataSource current = this.pool.get();
		HikariPoolMXBean figures = (current != null) ? current.getHikariPoolMXBean() : null;
		return figures != null && figures.getTotalConnections() == 0
				&& (timedOut || figures.getThreadsAwaitingConnection() > 0);
	}

	private static boolean isFull(MonitorState state) {
		ServerSnapshot snapshot = state.snapshot();
		return snapshot != null && state.failure() == null && snapshot.binding().percent() >= FULL_PERCENT;
	}

}
