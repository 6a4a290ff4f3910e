package dev.pgkeel.lease;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.pgkeel.server.ConnectFailure;
import dev.pgkeel.server.RefusalReason;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Explains why a borrower got no connection in time.
 */
final class Exhaustion {

	private static final Log logger = LogFactory.getLog(Exhaustion.class);

	private static final int SHOWN = 5;

	private static final Duration LOG_INTERVAL = Duration.ofSeconds(30);

	private final BarePool pool;

	private final Supplier<List<LeaseDescription>> held;

	private boolean logged;

	private long loggedAt;

	private long unsaid;

	Exhaustion(BarePool pool, Supplier<List<LeaseDescription>> held) {
		this.pool = pool;
		this.held = held;
	}

	PoolExhaustedException explain(SQLTransientConnectionException timeout) {
		List<LeaseDescription> holders = this.held.get();
		ExhaustionReason reason = reason(timeout.getCause(), holders);
		String message = timeout.getMessage() + ": " + describe(reason, timeout.getCause(), holders) + list(holders);
		log(message);
		return new PoolExhaustedException(message, reason, holders, timeout);
	}

	/**
	 * HikariCP gives the last failure to connect as the cause, even if it made other
	 * connections since: where all are there, it is not the reason. There is none while
	 * the first attempt to connect goes on for longer than the borrower waits.
	 */
	private ExhaustionReason reason(@Nullable Throwable cause, List<LeaseDescription> holders) {
		if ((cause != null || holders.isEmpty()) && this.pool.total() < this.pool.maximumPoolSize()) {
			return (cause != null && RefusalReason.of(cause) != null) ? ExhaustionReason.SERVER_FULL
					: ExhaustionReason.SERVER_DOWN;
		}
		return isLeaked(holders) ? ExhaustionReason.LEAKED : ExhaustionReason.BUSY;
	}

	/**
	 * A few that are only suspected are not why the others are out.
	 */
	private static boolean isLeaked(List<LeaseDescription> holders) {
		return holders.stream().anyMatch((holder) -> "proven".equals(holder.leak()))
				|| (!holders.isEmpty() && 2 * leaks(holders) >= holders.size());
	}

	private static long leaks(List<LeaseDescription> holders) {
		return holders.stream().filter((holder) -> holder.leak() != null).count();
	}

	private static String describe(ExhaustionReason reason, @Nullable Throwable cause, List<LeaseDescription> holders) {
		return switch (reason) {
			case SERVER_FULL, SERVER_DOWN -> "the pool could not make another connection, since " + problem(cause);
			case LEAKED ->
				"leaked. Of " + holders.size() + " connections that are out, " + leaks(holders) + " seem to be leaked";
			case BUSY -> "busy. " + holders.size() + " connections are out";
		};
	}

	private static String problem(@Nullable Throwable cause) {
		if (cause == null) {
			return "the server has not answered in time";
		}
		ConnectFailure failure = ConnectFailure.of(cause);
		return (failure != null) ? failure.problem() : String.valueOf(cause.getMessage());
	}

	private static String list(List<LeaseDescription> holders) {
		if (holders.isEmpty()) {
			return "";
		}
		String list = holders.stream().limit(SHOWN).map(LeaseDescription::toString).collect(Collectors.joining("; "));
		return ". Held, longest first: " + list
				+ ((holders.size() > SHOWN) ? "; and " + (holders.size() - SHOWN) + " more" : "");
	}

	private synchronized void log(String message) {
		long now = System.nanoTime();
		if (this.logged && now - this.loggedAt < LOG_INTERVAL.toNanos()) {
			this.unsaid++;
			return;
		}
		logger
			.warn(message + ((this.unsaid > 0) ? " (and " + this.unsaid + " more borrowers since the last line)" : ""));
		this.logged = true;
		this.loggedAt = now;
		this.unsaid = 0;
	}

}
