package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Callers of the service that note what became of each call. Whoever fails tries again
 * with another row, after the same pause as ever.
 */
final class Load {

	private static final Duration PAUSE = Duration.ofMillis(10);

	private final LongConsumer service;

	private final SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("caller-");

	private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

	private final AtomicLong numbers = new AtomicLong();

	private final AtomicInteger callers = new AtomicInteger();

	private final List<Thread> threads = new ArrayList<>();

	private final List<CountDownLatch> ends = new ArrayList<>();

	private volatile boolean paused;

	private volatile boolean stopped;

	Load(LongConsumer service) {
		this.service = service;
		this.executor.setDaemon(true);
	}

	/**
	 * Lets callers that come from now on be virtual threads.
	 */
	void onVirtualThreads() {
		this.executor.setVirtualThreads(true);
	}

	/**
	 * Lets more callers come.
	 */
	void add(int number) throws InterruptedException {
		for (int i = 0; i < number; i++) {
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch ended = new CountDownLatch(1);
			int caller = this.callers.incrementAndGet();
			this.executor.execute(() -> {
				synchronized (this.threads) {
					this.threads.add(Thread.currentThread());
				}
				begun.countDown();
				keepCalling(caller);
				ended.countDown();
			});
			begun.await();
			this.ends.add(ended);
		}
	}

	private void keepCalling(int caller) {
		while (!this.stopped) {
			if (!this.paused) {
				long number = this.numbers.incrementAndGet();
				call(caller, number, () -> this.service.accept(number));
			}
			try {
				TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
			}
			catch (InterruptedException ex) {
				// An application's threads live on
			}
		}
	}

	/**
	 * Calls the service once, for a caller that is not one of these.
	 * @return whether it succeeded
	 */
	boolean call(int caller, long number, Runnable work) {
		long start = System.nanoTime();
		Throwable failure = null;
		try {
			work.run();
		}
		catch (RuntimeException | Error ex) {
			failure = ex;
		}
		this.calls.add(new Call(caller, number, start, System.nanoTime(), failure));
		return failure == null;
	}

	List<Call> calls() {
		return new ArrayList<>(this.calls);
	}

	List<Thread> threads() {
		synchronized (this.threads) {
			return new ArrayList<>(this.threads);
		}
	}

	void pause() {
		this.paused = true;
	}

	void goOn() {
		this.paused = false;
	}

	/**
	 * Lets no caller begin another call.
	 */
	void stop() {
		this.stopped = true;
	}

	/**
	 * Waits for the calls that are under way.
	 * @return whether all have ended
	 */
	boolean join(Duration limit) throws InterruptedException {
		long end = System.nanoTime() + limit.toNanos();
		for (CountDownLatch each : this.ends) {
			if (!each.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
				return false;
			}
		}
		return true;
	}

}
