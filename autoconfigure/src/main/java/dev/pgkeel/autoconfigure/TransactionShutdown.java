package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.transaction.DrainedTransactions;
import dev.pgkeel.transaction.TransactionGuard;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Lets transactions finish when the application shuts down: once nothing new comes in,
 * and before the pools close. A context that is only stopped closes no pool, so its
 * transactions may go on.
 */
final class TransactionShutdown
		implements SmartLifecycle, ApplicationListener<ContextRefreshedEvent>, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(TransactionShutdown.class);

	/**
	 * Below the phases in which Spring Boot 4.1 lets requests finish and stops the web
	 * server (DEFAULT_PHASE - 1024 and - 2048).
	 */
	private static final int PHASE = DEFAULT_PHASE - 3072;

	private static final Duration LONGEST_GRACE = Duration.ofSeconds(2);

	private final TransactionGuard guard;

	private final Duration patience;

	private final Duration grace;

	private final ConfigurableApplicationContext context;

	private volatile boolean refreshed;

	private volatile boolean running;

	/**
	 * Creates the lifecycle.
	 * @param guard knows the transactions
	 * @param context the context whose pools they use
	 * @param timeoutPerPhase how long the application waits for this phase. A part of it
	 * is kept for cancelled transactions to roll back
	 */
	TransactionShutdown(TransactionGuard guard, ConfigurableApplicationContext context, Duration timeoutPerPhase) {
		this.guard = guard;
		this.context = context;
		// Duration.dividedBy starts up BigDecimal, which takes some ms of a start
		Duration part = Duration.ofMillis(timeoutPerPhase.toMillis() / 5);
		Duration kept = (part.compareTo(LONGEST_GRACE) < 0) ? part : LONGEST_GRACE;
		this.patience = timeoutPerPhase.minus(kept);
		this.grace = Duration.ofMillis(kept.toMillis() / 2);
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * One that is only paused, as Spring's tests do with those that they keep, closes no
	 * pool either.
	 */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * A child context's event comes along too, perhaps while this one starts.
	 */
	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.refreshed = true;
		}
	}

	/**
	 * Spring 7.0 stops the beans of a context that fails to start, and then closes the
	 * pools, without calling the context closed.
	 */
	private boolean isClosing() {
		return this.context.isClosed() || !this.refreshed;
	}

	/**
	 * Where nothing closes it goes on running, so that it is stopped once more when the
	 * context closes.
	 */
	@Override
	public void stop(Runnable callback) {
		if (!isClosing()) {
			callback.run();
			return;
		}
		Thread closer = Thread.currentThread();
		Thread thread = new Thread(() -> {
			try {
				stop(closer);
			}
			finally {
				callback.run();
			}
		}, "pgkeel-transaction-shutdown");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void stop() {
		if (isClosing()) {
			stop(Thread.currentThread());
		}
	}

	private void stop(Thread closer) {
		this.running = false;
		try {
			report(this.guard.drain(closer, this.patience, this.grace));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void report(DrainedTransactions drained) {
		if (drained.cancelled() + drained.left() > 0) {
			logger.warn("Shutdown: %d transactions finished, %d were cancelled and rolled back"
				.formatted(drained.finished(), drained.cancelled())
					+ ((drained.left() > 0) ? ", %d end with their sessions".formatted(drained.left()) : ""));
		}
		else if (drained.finished() > 0) {
			logger.info("Shutdown: %d transactions finished, none had to be cancelled".formatted(drained.finished()));
		}
	}

}
