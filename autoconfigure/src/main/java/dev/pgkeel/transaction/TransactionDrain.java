package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Waits for transactions to finish when the application shuts down, and then cancels
 * those that do not: those that ran at first, and what they began inside them. Others
 * that begin later are their owners' to stop, which may be those that stop after this.
 * One whose thread itself waits for the shutdown to end cannot finish before: it is left
 * alone.
 */
final class TransactionDrain {

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

	/**
	 * Where a thread is that has called {@link System#exit}.
	 */
	private static final String EXIT = "java.lang.Shutdown";

	private final RunningTransactions running;

	private final Thread closer;

	private final Set<RunningTransaction> seen = Collections.newSetFromMap(new IdentityHashMap<>());

	/**
	 * Creates a drain.
	 * @param running the transactions
	 * @param closer the thread that waits for the drain to end
	 */
	TransactionDrain(RunningTransactions running, Thread closer) {
		this.running = running;
		this.closer = closer;
		this.seen.addAll(running.all());
	}

	/**
	 * Waits, cancels, and waits for what was cancelled to roll back.
	 * @param patience how long to wait for transactions to finish
	 * @param grace how long to wait for cancelled ones to roll back
	 * @return how many of each
	 * @throws InterruptedException if the thread is interrupted
	 */
	DrainedTransactions drain(Duration patience, Duration grace) throws InterruptedException {
		List<RunningTransaction> late = waitFor(patience, false);
		List<RunningTransaction> inTime = this.seen.stream().filter((each) -> !late.contains(each)).toList();
		late.stream().filter(this::canFinish).forEach(RunningTransaction::cancel);
		List<RunningTransaction> left = waitFor(grace, true);
		// One that had committed before it was cancelled, and was late after that,
		// finished
		int cancelled = (int) this.seen.stream()
			.filter((each) -> !inTime.contains(each) && !left.contains(each) && !each.isCommitted())
			.count();
		return new DrainedTransactions(this.seen.size() - cancelled - left.size(), cancelled, left.size());
	}

	private List<RunningTransaction> waitFor(Duration time, boolean cancel) throws InterruptedException {
		long start = System.nanoTime();
		List<RunningTransaction> still = look();
		while (still.stream().anyMatch(this::canFinish) && System.nanoTime() - start < time.toNanos()) {
			if (cancel) {
				still.stream().filter(this::canFinish).forEach(TransactionDrain::cancel);
			}
			TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS.toMillis());
			still = look();
		}
		return still;
	}

	private List<RunningTransaction> look() {
		List<RunningTransaction> still = this.running.all().stream().filter(this::ranAtFirst).toList();
		this.seen.addAll(still);
		return still;
	}

	private boolean ranAtFirst(RunningTransaction transaction) {
		for (RunningTransaction each = transaction; each != null; each = each.outer()) {
			if (this.seen.contains(each)) {
				return true;
			}
		}
		return false;
	}

	private boolean canFinish(RunningTransaction transaction) {
		Thread holder = transaction.holder();
		return holder != this.closer
				&& Arrays.stream(holder.getStackTrace()).noneMatch((frame) -> frame.getClassName().equals(EXIT));
	}

	/**
	 * One that waits for nothing of the server is left to find out at its commit; the
	 * pool ends its session when it closes.
	 */
	private static void cancel(RunningTransaction transaction) {
		transaction.cancel();
		Cancellation cancellation = transaction.cancellation();
		if (cancellation != null && DriverCalls.isIn(transaction.holder().getStackTrace())) {
			cancellation.cancel();
		}
	}

}
