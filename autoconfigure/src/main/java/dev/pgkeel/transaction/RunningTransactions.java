package dev.pgkeel.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

import org.springframework.transaction.TransactionExecution;

/**
 * The transactions that run, in chains by their threads, the youngest first. It never
 * locks: one that has ended is left out when somebody comes along.
 */
final class RunningTransactions {

	private static final int CHAIN_BITS = 6;

	/**
	 * References per cache line, so that two threads do not share one.
	 */
	private static final int STRIDE = 16;

	private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

	private final AtomicReferenceArray<@Nullable RunningTransaction> chains = new AtomicReferenceArray<>(
			STRIDE << CHAIN_BITS);

	void add(RunningTransaction transaction) {
		int chain = chain(transaction.holder());
		RunningTransaction first;
		do {
			first = this.chains.get(chain);
			transaction.next = running(first);
		}
		while (!this.chains.compareAndSet(chain, first, transaction));
	}

	/**
	 * Returns a transaction of the current thread, unless it is over.
	 */
	@Nullable RunningTransaction find(TransactionExecution execution) {
		RunningTransaction transaction = this.chains.get(chain(Thread.currentThread()));
		while (transaction != null && (transaction.execution() != execution || transaction.isOver())) {
			transaction = transaction.next;
		}
		return transaction;
	}

	/**
	 * Returns the youngest transaction of the current thread.
	 */
	@Nullable RunningTransaction innermost() {
		Thread thread = Thread.currentThread();
		RunningTransaction transaction = this.chains.get(chain(thread));
		while (transaction != null && (transaction.holder() != thread || transaction.isOver())) {
			transaction = transaction.next;
		}
		return transaction;
	}

	/**
	 * Leaves a transaction out that has ended.
	 */
	void leaveOut(RunningTransaction ended) {
		int chain = chain(ended.holder());
		RunningTransaction transaction = this.chains.get(chain);
		if (transaction == ended && this.chains.compareAndSet(chain, ended, running(ended.next))) {
			return;
		}
		// One that is over may be linked again by a thread that looked before, never the
		// other way round
		for (; transaction != null; transaction = transaction.next) {
			transaction.next = running(transaction.next);
		}
	}

	/**
	 * Returns the transactions of all threads, and leaves out those whose threads have
	 * ended, which nobody else does.
	 */
	List<RunningTransaction> all() {
		List<RunningTransaction> all = new ArrayList<>();
		for (int chain = 0; chain < this.chains.length(); chain += STRIDE) {
			for (RunningTransaction each = this.chains.get(chain); each != null; each = each.next) {
				if (each.isOver()) {
					leaveOut(each);
				}
				else {
					all.add(each);
				}
			}
		}
		return all;
	}

	private static @Nullable RunningTransaction running(@Nullable RunningTransaction transaction) {
		RunningTransaction first = transaction;
		while (first != null && first.isOver()) {
			first = first.next;
		}
		return first;
	}

	private static int chain(Thread thread) {
		return (int) ((thread.getId() * GOLDEN_RATIO) >>> (Long.SIZE - CHAIN_BITS)) * STRIDE;
	}

}
