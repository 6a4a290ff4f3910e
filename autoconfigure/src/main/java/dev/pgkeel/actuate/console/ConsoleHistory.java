package dev.pgkeel.actuate.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.PollListener;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.transaction.TransactionFigures;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The last 15 minutes in a ring of fixed size, filled whenever the monitor has asked the
 * server. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ConsoleHistory implements PollListener, AopInfrastructureBean {

	private static final Duration SPAN = Duration.ofMinutes(15);

	/**
	 * What the monitor sees more often than this becomes one point.
	 */
	private static final Duration STEP = Duration.ofSeconds(5);

	private static final int SIZE = (int) (SPAN.toSeconds() / STEP.toSeconds()) + 1;

	private final Supplier<List<PoolView>> pools;

	private final LongSupplier leaks;

	private final Supplier<@Nullable TransactionFigures> transactions;

	private final @Nullable Point[] ring = new @Nullable Point[SIZE];

	private int next;

	private @Nullable TransactionFigures lastTransactions;

	private @Nullable Instant last;

	/**
	 * Creates an empty history.
	 * @param pools tells the pools' figures
	 * @param leaks tells how many connections were reclaimed since the start
	 * @param transactions tells about transactions, or {@code null} if nobody watches
	 * them
	 */
	public ConsoleHistory(Supplier<List<PoolView>> pools, LongSupplier leaks,
			Supplier<@Nullable TransactionFigures> transactions) {
		this.pools = pools;
		this.leaks = leaks;
		this.transactions = transactions;
	}

	@Override
	public synchronized boolean polled(MonitorState state) {
		Instant now = state.askedAt();
		if (now != null && this.last != null && now.isBefore(this.last)) {
			// The clock was set back: what lies in the future would not grow old
			Arrays.fill(this.ring, null);
			this.last = null;
		}
		if (now != null && (this.last == null || Duration.between(this.last, now).compareTo(almost(STEP)) >= 0)) {
			this.ring[this.next] = point(state, now);
			this.next = (this.next + 1) % SIZE;
			this.last = now;
		}
		return false;
	}

	/**
	 * A poll that comes a little early is one of those that were waited for.
	 */
	private static Duration almost(Duration step) {
		return Duration.ofMillis(step.toMillis() * 9 / 10);
	}

	private Point point(MonitorState state, Instant now) {
		ServerSnapshot snapshot = (state.failure() == null) ? state.snapshot() : null;
		LimitUsage server = (snapshot != null) ? snapshot.usages().get(0) : null;
		List<PoolView> figures = this.pools.get();
		TransactionFigures before = this.lastTransactions;
		TransactionFigures after = this.transactions.get();
		this.lastTransactions = after;
		Double rate = null;
		Double p95 = null;
		if (before != null && after != null && this.last != null) {
			TransactionFigures ended = after.since(before);
			rate = rounded(ended.count() * 1000.0 / Math.max(1, Duration.between(this.last, now).toMillis()));
			p95 = (ended.count() > 0) ? rounded(ended.percentile(0.95).toNanos() / 1_000_000.0) : null;
		}
		return new Point(now, (server != null) ? server.used() : null, (server != null) ? server.limit() : null,
				figures.stream().mapToInt(PoolView::active).sum(), figures.stream().mapToInt(PoolView::pending).sum(),
				this.leaks.getAsLong(), rate, p95);
	}

	private static double rounded(double value) {
		return Math.round(10 * value) / 10.0;
	}

	/**
	 * Returns the history.
	 * @param now the time
	 * @return the last 15 minutes
	 */
	synchronized HistoryView view(Instant now) {
		List<Point> points = new ArrayList<>(SIZE);
		for (int i = 0; i < SIZE; i++) {
			Point point = this.ring[(this.next + i) % SIZE];
			if (point != null && Duration.between(point.at(), now).compareTo(SPAN) <= 0) {
				points.add(point);
			}
		}
		return new HistoryView(
				points.stream().map((point) -> (int) Duration.between(point.at(), now).toSeconds()).toList(),
				column(points, Point::used), column(points, Point::limit), column(points, Point::active),
				column(points, Point::pending), column(points, Point::leaks), column(points, Point::rate),
				column(points, Point::p95Ms));
	}

	/**
	 * Returns one figure of all points, {@code null} if it is known of none.
	 */
	private static <T> @Nullable List<@Nullable T> column(List<Point> points, Function<Point, @Nullable T> figure) {
		List<@Nullable T> column = new ArrayList<>(points.size());
		points.forEach((point) -> column.add(figure.apply(point)));
		return column.stream().anyMatch(Objects::nonNull) ? column : null;
	}

	private record Point(Instant at, @Nullable Integer used, @Nullable Integer limit, int active, int pending,
			long leaks, @Nullable Double rate, @Nullable Double p95Ms) {

	}

	/**
	 * The last 15 minutes, oldest first. A figure that was not known at a time is
	 * {@code null} there, and the list is if it was never known.
	 *
	 * @param secondsAgo the times
	 * @param used sessions that count against the server's limit
	 * @param limit that limit
	 * @param active connections of the pools in use
	 * @param pending threads that waited for one
	 * @param leaks connections reclaimed since the start
	 * @param rate transactions that ended per second
	 * @param p95Ms how long 95 % of the transactions took at most, in milliseconds
	 */
	public record HistoryView(List<Integer> secondsAgo, @Nullable List<@Nullable Integer> used,
			@Nullable List<@Nullable Integer> limit, @Nullable List<@Nullable Integer> active,
			@Nullable List<@Nullable Integer> pending, @Nullable List<@Nullable Long> leaks,
			@Nullable List<@Nullable Double> rate, @Nullable List<@Nullable Double> p95Ms) {

	}

}
