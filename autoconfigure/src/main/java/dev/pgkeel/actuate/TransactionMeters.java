package dev.pgkeel.actuate;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import dev.pgkeel.transaction.TransactionGuard;
import dev.pgkeel.transaction.TransactionOutcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The meters of transactions: the timer {@value #TRANSACTION} with the tag
 * {@code outcome} ({@code committed}, {@code rolled-back}, {@code timed-out},
 * {@code unknown}), and the counter {@value #RETRIES}.
 *
 * @since 0.1.0
 */
public final class TransactionMeters implements MeterBinder, AopInfrastructureBean {

	/**
	 * How long transactions took.
	 */
	public static final String TRANSACTION = "pgkeel.transaction";

	/**
	 * How often guarded templates ran a transaction again.
	 */
	public static final String RETRIES = "pgkeel.transaction.retries";

	private static final String DESCRIPTION = "How long transactions took";

	private final TransactionGuard guard;

	private final boolean nameTag;

	/**
	 * Creates the meters.
	 * @param guard knows the transactions
	 * @param nameTag whether there is a tag {@code name} with the transaction's name,
	 * empty for one without
	 */
	public TransactionMeters(TransactionGuard guard, boolean nameTag) {
		this.guard = guard;
		this.nameTag = nameTag;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Map<TransactionOutcome, Timer> timers = new EnumMap<>(TransactionOutcome.class);
		for (TransactionOutcome outcome : TransactionOutcome.values()) {
			if (!this.nameTag) {
				timers.put(outcome,
						Timer.builder(TRANSACTION)
							.description(DESCRIPTION)
							.tag("outcome", outcome.tag())
							.register(registry));
			}
		}
		this.guard.observeWith((name, outcome, duration) -> {
			Timer timer = timers.get(outcome);
			if (timer != null) {
				timer.record(duration);
			}
			else {
				record(registry, name, outcome, duration);
			}
		});
		FunctionCounter.builder(RETRIES, this.guard, TransactionGuard::retries)
			.description("How often guarded templates ran a transaction again")
			.register(registry);
	}

	private static void record(MeterRegistry registry, @Nullable String name, TransactionOutcome outcome,
			Duration duration) {
		Timer.builder(TRANSACTION)
			.description(DESCRIPTION)
			.tag("outcome", outcome.tag())
			.tag("name", (name != null) ? name : "")
			.register(registry)
			.record(duration);
	}

}
