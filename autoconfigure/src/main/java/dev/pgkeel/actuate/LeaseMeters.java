package dev.pgkeel.actuate;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.lease.PoolLeases;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The meters of the pools' leases, all with the tag {@code pool}: the counters
 * {@value #PROVEN}, {@value #RECLAIMED}, {@value #SUSPECTED} and
 * {@value #NESTED_REFUSED}, and the gauge {@value #HELD_MAX}.
 *
 * @since 0.1.0
 */
public final class LeaseMeters implements MeterBinder, AopInfrastructureBean {

	/**
	 * Connections that nobody could have returned any more.
	 */
	public static final String PROVEN = "pgkeel.leak.proven";

	/**
	 * Connections that were reclaimed.
	 */
	public static final String RECLAIMED = "pgkeel.leak.reclaimed";

	/**
	 * Connections that were out for long and idle.
	 */
	public static final String SUSPECTED = "pgkeel.leak.suspected";

	/**
	 * Nested borrows that were refused because waiting could not have ended.
	 */
	public static final String NESTED_REFUSED = "pgkeel.pool.nested.refused";

	/**
	 * For how long the longest lease has been held.
	 */
	public static final String HELD_MAX = "pgkeel.lease.held.max";

	private final LeasedPools pools;

	/**
	 * Creates the meters.
	 * @param pools the pools
	 */
	public LeaseMeters(LeasedPools pools) {
		this.pools = pools;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.pools.forEach((beanName, leases) -> bind(registry, beanName));
	}

	private void bind(MeterRegistry registry, String beanName) {
		count(registry, beanName, PROVEN, "Connections that nobody could have returned any more",
				(leases) -> leases.counters().proven());
		count(registry, beanName, RECLAIMED, "Leaked connections that were reclaimed",
				(leases) -> leases.counters().reclaimed());
		count(registry, beanName, SUSPECTED, "Connections that were out for long and idle",
				(leases) -> leases.counters().suspected());
		count(registry, beanName, NESTED_REFUSED, "Nested borrows that could not have ended",
				(leases) -> leases.counters().nestedRefused());
		TimeGauge
			.builder(HELD_MAX, this.pools, TimeUnit.NANOSECONDS,
					current(beanName, (leases) -> leases.longestHeld().toNanos()))
			.description("For how long the longest lease has been held")
			.tag("pool", beanName)
			.register(registry);
	}

	private void count(MeterRegistry registry, String beanName, String name, String description,
			ToDoubleFunction<PoolLeases> value) {
		FunctionCounter.builder(name, this.pools, current(beanName, value))
			.description(description)
			.tag("pool", beanName)
			.register(registry);
	}

	/**
	 * A pool of a scope that is refreshed is replaced, and a registry keeps the meter
	 * that it has.
	 */
	private static ToDoubleFunction<LeasedPools> current(String beanName, ToDoubleFunction<PoolLeases> value) {
		return (pools) -> {
			PoolLeases leases = pools.all().get(beanName);
			return (leases != null) ? value.applyAsDouble(leases) : 0;
		};
	}

}
