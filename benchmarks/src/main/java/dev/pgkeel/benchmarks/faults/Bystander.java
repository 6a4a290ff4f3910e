package dev.pgkeel.benchmarks.faults;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A long transaction that is all right: now it computes on the server, now the
 * application thinks. Nobody may end it.
 */
final class Bystander {

	/**
	 * Its call may take as long as it likes.
	 */
	static final int CALLER = -1;

	private static final String STEP = "select pg_sleep(0.2)";

	private final CountDownLatch end = new CountDownLatch(1);

	private final CompletableFuture<Integer> pid = new CompletableFuture<>();

	private final CompletableFuture<Boolean> committed = new CompletableFuture<>();

	private Bystander() {
	}

	/**
	 * Begins the transaction.
	 * @param number the row that it writes
	 */
	static Bystander begin(Ledger ledger, Load load, long number) {
		Bystander bystander = new Bystander();
		Thread thread = new Thread(
				() -> bystander.committed
					.complete(load.call(CALLER, number, () -> ledger.write(number, () -> bystander.work(ledger)))),
				"bystander");
		thread.setDaemon(true);
		thread.start();
		return bystander;
	}

	private void work(Ledger ledger) {
		this.pid.complete(ledger.jdbc().queryForObject("select pg_backend_pid()", Integer.class));
		try {
			while (!this.end.await(200, TimeUnit.MILLISECONDS)) {
				ledger.jdbc().queryForList(STEP);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	int pid() throws ExecutionException, InterruptedException {
		try {
			return this.pid.get(10, TimeUnit.SECONDS);
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException("The long transaction did not begin", ex);
		}
	}

	/**
	 * Lets the transaction commit.
	 * @return whether it did
	 */
	boolean commit() throws ExecutionException, InterruptedException {
		this.end.countDown();
		return this.committed.get();
	}

}
