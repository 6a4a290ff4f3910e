package dev.pgkeel.alert;

import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

import dev.pgkeel.server.ApplicationInstance;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * Tells a webhook, on a thread of its own that lives only while there is something to
 * tell. What cannot be delivered is tried again, longer after each attempt, until there
 * is newer news of the same alert, or too many attempts were made. What is the matter
 * with this instance ends with it: nobody else knows the key to say so. Of an instance
 * that is alone everything does: nobody else is there. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class WebhookNotifier implements AlertNotifier, AutoCloseable, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(WebhookNotifier.class);

	private static final int ATTEMPTS = 5;

	private static final Duration PATIENCE_AT_END = Duration.ofSeconds(1);

	private final WebhookSender sender;

	private final ApplicationInstance instance;

	private final boolean alone;

	private final Duration firstPause;

	private final RandomGenerator random;

	private final Clock clock;

	/**
	 * The alerts in force that end with this instance, by their keys.
	 */
	private final Map<String, ConnectionAlert> ending = new LinkedHashMap<>();

	/**
	 * News by their keys: there are no more of them than there are subjects.
	 */
	private final Map<String, ConnectionAlert> pending = new LinkedHashMap<>();

	private @Nullable Thread thread;

	private boolean closed;

	/**
	 * Creates a notifier.
	 * @param sender sends messages
	 * @param instance the instance that tells
	 * @param alone whether no other instance runs beside it
	 * @param firstPause how long to wait before the second attempt
	 * @param random makes instances differ
	 * @param clock tells the time
	 */
	public WebhookNotifier(WebhookSender sender, ApplicationInstance instance, boolean alone, Duration firstPause,
			RandomGenerator random, Clock clock) {
		this.sender = sender;
		this.instance = instance;
		this.alone = alone;
		this.firstPause = firstPause;
		this.random = random;
		this.clock = clock;
	}

	@Override
	public synchronized void notify(ConnectionAlert alert) {
		if (this.closed) {
			return;
		}
		this.ending.remove(alert.dedupKey());
		if ((this.alone || alert.subject().isOfInstance()) && alert.level() != AlertLevel.NONE) {
			this.ending.put(alert.dedupKey(), alert);
		}
		send(alert);
	}

	private void send(ConnectionAlert alert) {
		this.pending.remove(alert.dedupKey());
		this.pending.put(alert.dedupKey(), alert);
		if (this.thread == null) {
			Thread started = new Thread(this::deliver, "pgkeel-webhook");
			started.setDaemon(true);
			started.start();
			this.thread = started;
		}
		notifyAll();
	}

	private void deliver() {
		try {
			for (ConnectionAlert alert = next(); alert != null; alert = next()) {
				deliver(alert);
			}
		}
		catch (InterruptedException ex) {
			logger.debug("The application closes: the webhook is told no more");
		}
		finally {
			end();
		}
	}

	/**
	 * Whatever ended the thread, the next news start another one.
	 */
	private synchronized void end() {
		if (this.thread == Thread.currentThread()) {
			this.thread = null;
		}
	}

	private synchronized @Nullable ConnectionAlert next() {
		Iterator<ConnectionAlert> alerts = this.pending.values().iterator();
		if (!alerts.hasNext()) {
			this.thread = null;
			return null;
		}
		ConnectionAlert alert = alerts.next();
		alerts.remove();
		return alert;
	}

	private void deliver(ConnectionAlert alert) throws InterruptedException {
		String json = new WebhookMessage(alert, this.instance).json();
		for (int attempt = 1;; attempt++) {
			WebhookSender.Outcome outcome = send(json);
			if (outcome.delivered()) {
				return;
			}
			if (!outcome.retryable() || attempt == ATTEMPTS) {
				logger.warn("The webhook (pgkeel.alert.webhook.url) could not be told '" + alert.subject() + " "
						+ alert.level() + "': " + outcome.reason() + ", " + attempt + " attempts");
				return;
			}
			if (!pause(attempt, alert)) {
				return;
			}
		}
	}

	private WebhookSender.Outcome send(String json) throws InterruptedException {
		try {
			return this.sender.send(json);
		}
		catch (RuntimeException | Error ex) {
			return WebhookSender.Outcome.of(ex);
		}
	}

	/**
	 * Waits before another attempt.
	 * @return whether there is still a reason for one
	 */
	private synchronized boolean pause(int attempt, ConnectionAlert alert) throws InterruptedException {
		long millis = this.firstPause.toMillis() << (attempt - 1);
		long end = System.nanoTime() + Duration.ofMillis(millis / 2 + this.random.nextLong(millis + 1)).toNanos();
		for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
			if (this.closed || this.pending.containsKey(alert.dedupKey())) {
				return false;
			}
			wait(left / 1_000_000 + 1);
		}
		return !this.closed && !this.pending.containsKey(alert.dedupKey());
	}

	/**
	 * Ends telling: a message on its way has a second to arrive, and so have those that
	 * wait for their turn and the end of the alerts that end with this instance.
	 */
	@Override
	public void close() {
		Thread last;
		synchronized (this) {
			this.closed = true;
			this.ending.values().forEach((alert) -> send(alert.end("this instance has ended", this.clock.instant())));
			last = this.thread;
			notifyAll();
		}
		if (last != null) {
			try {
				last.join(PATIENCE_AT_END.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			last.interrupt();
		}
	}

}
