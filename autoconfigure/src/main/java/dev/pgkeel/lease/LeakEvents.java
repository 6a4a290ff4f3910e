package dev.pgkeel.lease;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells the application of leaks on a thread of its own, which is there while there is
 * something to tell: a listener that waits, for a connection of the same pool say, must
 * not keep the other leaks from being reclaimed.
 */
final class LeakEvents implements Consumer<ConnectionLeakEvent> {

	private static final Log logger = LogFactory.getLog(LeakEvents.class);

	/**
	 * Where a listener never comes back, more are only logged and counted.
	 */
	private static final int WAITING = 1000;

	private static final int IDLE_SECONDS = 10;

	private final Consumer<ConnectionLeakEvent> listener;

	private final ThreadPoolExecutor thread;

	LeakEvents(BarePool pool, Consumer<ConnectionLeakEvent> listener) {
		this.listener = listener;
		this.thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING),
				(task) -> thread(pool, task), new ThreadPoolExecutor.DiscardPolicy());
		this.thread.allowCoreThreadTimeOut(true);
	}

	/**
	 * Made by the thread that looks for leaks, whose class loader it has: that of the
	 * application.
	 */
	private static Thread thread(BarePool pool, Runnable task) {
		Thread thread = new Thread(null, task, pool.name() + " pgkeel leak events", 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
		return thread;
	}

	@Override
	public void accept(ConnectionLeakEvent leak) {
		this.thread.execute(() -> tell(leak));
	}

	private void tell(ConnectionLeakEvent leak) {
		try {
			this.listener.accept(leak);
		}
		catch (RuntimeException | Error ex) {
			logger.warn(leak.pool() + " - a listener failed to handle " + leak, ex);
		}
	}

	void stop() {
		this.thread.shutdownNow();
	}

}
