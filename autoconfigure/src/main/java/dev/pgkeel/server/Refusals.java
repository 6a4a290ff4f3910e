package dev.pgkeel.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * How often the server had no room for another session, and how often a borrower waited
 * in vain. Whoever meets such a failure reports it. Safe for use by several threads, and
 * without a lock.
 *
 * @since 0.1.0
 */
public final class Refusals implements AopInfrastructureBean {

	private final Map<RefusalReason, LongAdder> counts = new EnumMap<>(RefusalReason.class);

	private final LongAdder timeouts = new LongAdder();

	private volatile @Nullable RefusalReason last;

	private volatile Runnable alarm = () -> {
	};

	/**
	 * Creates counters at zero.
	 */
	public Refusals() {
		for (RefusalReason reason : RefusalReason.values()) {
			this.counts.put(reason, new LongAdder());
		}
	}

	/**
	 * Reports a failure to get a connection from the server.
	 * @param failure the failure, which counts only if it is a refusal
	 */
	public void connectFailed(Throwable failure) {
		RefusalReason reason = RefusalReason.of(failure);
		if (reason != null) {
			adder(reason).increment();
			this.last = reason;
		}
	}

	/**
	 * Reports that a borrower got no connection from the pool in time.
	 * @param failure the failure
	 */
	public void borrowTimedOut(Throwable failure) {
		this.timeouts.increment();
		connectFailed(failure);
		this.alarm.run();
	}

	/**
	 * Reports that a borrower failed before it could wait.
	 * @param failure the failure, which counts only if it is a refusal
	 */
	public void borrowFailed(Throwable failure) {
		if (RefusalReason.of(failure) != null) {
			connectFailed(failure);
			this.alarm.run();
		}
	}

	/**
	 * Has somebody told at once that a borrower got no connection.
	 * @param alarm is called on the borrower's thread, and must not wait
	 */
	public void onTimeout(Runnable alarm) {
		this.alarm = alarm;
	}

	/**
	 * Returns how often the server refused.
	 * @param reason the reason
	 * @return the number of refusals
	 */
	public long count(RefusalReason reason) {
		return adder(reason).sum();
	}

	private LongAdder adder(RefusalReason reason) {
		return Objects.requireNonNull(this.counts.get(reason));
	}

	/**
	 * Returns how often the server refused for any reason.
	 * @return the number of refusals
	 */
	public long total() {
		return this.counts.values().stream().mapToLong(LongAdder::sum).sum();
	}

	/**
	 * Returns how often a borrower waited in vain.
	 * @return the number of borrowers
	 */
	public long timeouts() {
		return this.timeouts.sum();
	}

	/**
	 * Returns why the server refused last.
	 * @return the reason, {@code null} if it never did
	 */
	public @Nullable RefusalReason last() {
		return this.last;
	}

}
