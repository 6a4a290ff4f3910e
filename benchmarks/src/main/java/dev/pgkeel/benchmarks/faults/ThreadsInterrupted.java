package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Callers are interrupted, at any moment: while they wait for a connection, for the
 * server, or not at all. There are more callers than connections.
 */
final class ThreadsInterrupted extends LoadFault {

	private static final int INTERRUPTS = 60;

	private static final Duration PAUSE = Duration.ofMillis(30);

	private static final long SEED = 42;

	private final boolean virtual;

	ThreadsInterrupted(boolean virtual) {
		super(virtual ? "interrupted-virtual" : "interrupted",
				"60 " + (virtual ? "virtual threads" : "threads") + " interrupted in 2 s");
		this.virtual = virtual;
	}

	@Override
	@Nullable String obstacle() {
		return (this.virtual && Runtime.version().feature() < 21) ? "needs JDK 21" : null;
	}

	@Override
	boolean onVirtualThreads() {
		return this.virtual;
	}

	@Override
	int callers() {
		return 16;
	}

	@Override
	void serve(Scene scene, long number) {
		scene.ledger().write(number, () -> scene.ledger().jdbc().queryForList("select pg_sleep(0.02)"));
	}

	@Override
	void breakIt(Scene scene) throws InterruptedException {
		Random random = new Random(SEED);
		List<Thread> callers = scene.load().threads();
		for (int i = 0; i < INTERRUPTS; i++) {
			callers.get(random.nextInt(callers.size())).interrupt();
			TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
		}
	}

	@Override
	Duration lasts() {
		return Duration.ofMillis(1);
	}

}
