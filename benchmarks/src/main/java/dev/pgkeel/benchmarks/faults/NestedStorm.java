package dev.pgkeel.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Requests that begin a transaction inside a transaction ({@code REQUIRES_NEW}), twice as
 * many at once as the pool has connections: each of the first has one and waits for a
 * second.
 */
final class NestedStorm extends LoadFault {

	private static final int REQUESTS = 20;

	private static final int CONNECTIONS = REQUESTS / 2;

	private static final long FIRST_ROW = 3_000_000_000L;

	private final List<Thread> requests = new ArrayList<>();

	NestedStorm() {
		super("nested-storm", "Nested-transaction storm: 20 × `REQUIRES_NEW`");
	}

	/**
	 * Somebody who will return a connection could end the wait of all.
	 */
	@Override
	boolean hasBystander() {
		return false;
	}

	@Override
	void breakIt(Scene scene) {
		CountDownLatch free = new CountDownLatch(CONNECTIONS);
		for (int i = 0; i < REQUESTS; i++) {
			long row = FIRST_ROW + 2 * i;
			Thread request = new Thread(() -> request(scene, free, row), "nesting-" + i);
			request.setDaemon(true);
			request.start();
			this.requests.add(request);
		}
	}

	private static void request(Scene scene, CountDownLatch free, long row) {
		TransactionTemplate inner = new TransactionTemplate(scene.context().getBean(PlatformTransactionManager.class));
		inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		scene.load().call(0, row, () -> scene.ledger().write(row, () -> {
			awaitAllHeld(free);
			inner.executeWithoutResult((status) -> scene.ledger().write(row + 1));
		}));
	}

	/**
	 * Whoever is early would have both connections before the others have one, and no
	 * storm.
	 */
	private static void awaitAllHeld(CountDownLatch free) {
		free.countDown();
		try {
			free.await(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	void mend(Scene scene) throws InterruptedException {
		for (Thread request : this.requests) {
			request.join();
		}
		this.requests.clear();
	}

}
