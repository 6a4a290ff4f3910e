package dev.pgkeel.lease;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether leases record the line of code that borrows. A borrow reads one flag of
 * it. Safe for use by several threads.
 */
final class CallSiteCapture {

	private static final Duration QUIET_TIME = Duration.ofMinutes(10);

	private static final double HIGH_USE = 0.85;

	private final LeakCapture mode;

	private volatile boolean armed;

	private volatile long lastReason;

	CallSiteCapture(LeakCapture mode) {
		this.mode = mode;
		this.armed = mode == LeakCapture.ALWAYS;
	}

	@Nullable CallSite ofBorrow() {
		return this.armed ? UserFrames.current() : null;
	}

	/**
	 * Returns the line that led here, for the rare borrow that needs it at once.
	 */
	@Nullable CallSite ofUnusualBorrow() {
		return (this.mode != LeakCapture.NEVER) ? UserFrames.current() : null;
	}

	boolean isArmed() {
		return this.armed;
	}

	/**
	 * Records from now on, since there is something to explain.
	 * @param now the time in nanoseconds
	 * @return whether nothing was recorded until now
	 */
	boolean arm(long now) {
		if (this.mode != LeakCapture.ADAPTIVE) {
			return false;
		}
		this.lastReason = now;
		boolean first = !this.armed;
		this.armed = true;
		return first;
	}

	/**
	 * Looks at how much of the pool is in use.
	 */
	void observe(int inUse, int maximum, long now) {
		if (inUse > HIGH_USE * maximum) {
			arm(now);
		}
		else if (this.mode == LeakCapture.ADAPTIVE && this.armed && now - this.lastReason > QUIET_TIME.toNanos()) {
			this.armed = false;
		}
	}

}
