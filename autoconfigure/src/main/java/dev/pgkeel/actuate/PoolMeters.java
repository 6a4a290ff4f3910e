package dev.pgkeel.actuate;

import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSizing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meter of the pools' shares, {@value #BUDGET}, with the tag {@code pool}: how large
 * a pool may be, so that all instances together take no more than the fleet may. It is
 * {@code NaN} while nobody knows.
 *
 * @since 0.1.0
 */
public final class PoolMeters implements MeterBinder {

	/**
	 * How many connections a pool may have.
	 */
	public static final String BUDGET = "pgkeel.pool.budget";

	private final PoolReports pools;

	/**
	 * Creates the meters.
	 * @param pools the pools
	 */
	public PoolMeters(PoolReports pools) {
		this.pools = pools;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.pools.forEach((beanName) -> Gauge.builder(BUDGET, this.pools, (reports) -> budget(reports, beanName))
			.description("Connections that the pool may have")
			.tag("pool", beanName)
			.register(registry));
	}

	private static double budget(PoolReports pools, String beanName) {
		PoolSizing sizing = pools.sizing(beanName);
		return (sizing != null) ? sizing.largest() : Double.NaN;
	}

}
