package dev.pgkeel.embedded;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Does in a thread of its own what has to come to its end: when the library is
 * interrupted, it forgets the processes that it has started.
 */
final class Undisturbed {

	private Undisturbed() {
	}

	static void run(Runnable work) {
		await(new FutureTask<>(work, true));
	}

	static <T> T get(Supplier<T> work) {
		return await(new FutureTask<>(work::get));
	}

	private static <T> T await(FutureTask<T> task) {
		new Thread(task, "pgkeel-embedded-postgres").start();
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return task.get();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) ex.getCause();
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
