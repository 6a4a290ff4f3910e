package dev.pgkeel.lease;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import dev.pgkeel.lease.ConnectionLeakEvent.Kind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Says where connections are leaked: once per line of code and hour, with the number
 * seen.
 */
final class LeakReporter {

	private static final Log logger = LogFactory.getLog(LeakReporter.class);

	private static final Duration INTERVAL = Duration.ofHours(1);

	private static final int MAXIMUM_PLACES = 1000;

	private static final int MAXIMUM_HOLDERS = 20;

	private final BarePool pool;

	private final CallSiteCapture capture;

	private final Consumer<ConnectionLeakEvent> listener;

	private final LongSupplier nanoClock;

	private final Map<String, Place> places = new LinkedHashMap<>();

	private final Set<String> holders = new HashSet<>();

	LeakReporter(BarePool pool, CallSiteCapture capture, Consumer<ConnectionLeakEvent> listener,
			LongSupplier nanoClock) {
		this.pool = pool;
		this.capture = capture;
		this.listener = listener;
		this.nanoClock = nanoClock;
	}

	/**
	 * Reports a leak.
	 * @param kind how certain it is
	 * @param lease the lease
	 * @param session what the session does, {@code null} if nobody asked
	 */
	void report(Kind kind, Lease lease, @Nullable String session) {
		boolean armed = this.capture.arm(this.nanoClock.getAsLong());
		String callSite = (lease.callSite() != null) ? lease.callSite().toString() : null;
		ConnectionLeakEvent event = new ConnectionLeakEvent(this.pool.name(), kind, Holders.name(lease.holder()),
				lease.heldFor(), callSite, session);
		long seen = count(kind + " " + ((callSite != null) ? callSite : place(event.holder())));
		if (seen > 0) {
			logger.warn(text(event, lease) + ((seen > 1) ? " Seen " + seen + " times here." : "")
					+ (armed ? " The lines of code that borrow are recorded from now on." : ""));
		}
		publish(event);
	}

	/**
	 * Leaks without a line of code are not all the same: a thread is a place too, unless
	 * there are many, as where each request has one of its own.
	 */
	private synchronized String place(String holder) {
		if (this.holders.size() < MAXIMUM_HOLDERS) {
			this.holders.add(holder);
		}
		return this.holders.contains(holder) ? "by " + holder : "by others";
	}

	/**
	 * Returns how often a place was seen, 0 if that is not to be said yet.
	 */
	private synchronized long count(String key) {
		long now = this.nanoClock.getAsLong();
		Place place = this.places.get(key);
		if (place == null) {
			if (this.places.size() >= MAXIMUM_PLACES) {
				this.places.remove(this.places.keySet().iterator().next());
			}
			this.places.put(key, new Place(1, now));
			return 1;
		}
		boolean due = now - place.reportedAt() > INTERVAL.toNanos();
		this.places.put(key, new Place(place.seen() + 1, due ? now : place.reportedAt()));
		return due ? place.seen() + 1 : 0;
	}

	private static String text(ConnectionLeakEvent event, Lease lease) {
		String from = " borrowed " + Times.text(event.heldFor()) + " ago by " + event.holder()
				+ ((event.callSite() != null) ? " at " + event.callSite() : "");
		return event.pool() + switch (event.kind()) {
			case RECLAIMED -> " - reclaimed a leaked connection," + from
					+ ": its handle became unreachable without having been closed. Close it in a finally block, or use"
					+ " JdbcClient or TransactionTemplate.";
			case PROVEN -> " - would have reclaimed a leaked connection," + from
					+ ": its handle became unreachable without having been closed. Close it in a finally block, or use"
					+ " JdbcClient or TransactionTemplate.";
			case SUSPECTED -> " - suspects a leak: a connection" + from + " is still out. Its session is "
					+ event.session() + ", and its holder " + Holders.describe(lease.holder()) + ".";
		};
	}

	/**
	 * A listener's failure is no reason to look for leaks no more.
	 */
	private void publish(ConnectionLeakEvent event) {
		try {
			this.listener.accept(event);
		}
		catch (RuntimeException ex) {
			logger.warn(this.pool.name() + " - a listener failed to handle " + event, ex);
		}
	}

	/**
	 * A line of code that leaks.
	 *
	 * @param seen how often
	 * @param reportedAt when it was said last, in nanoseconds
	 */
	private record Place(long seen, long reportedAt) {

	}

}
