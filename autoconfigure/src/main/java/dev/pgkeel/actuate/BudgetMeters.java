package dev.pgkeel.actuate;

import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSizing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The gauge {@value #BUDGET} with the tag {@code pool}: how many connections the pool may
 * have so that the fleet stays within its budget, 0 if not even one. {@code NaN} where
 * nobody knows.
 *
 * @since 0.1.0
 */
public final class BudgetMeters implements MeterBinder, AopInfrastructureBean {

	/**
	 * How large a pool fits.
	 */
	public static final String BUDGET = "pgkeel.pool.budget";

	private static final Log logger = LogFactory.getLog(BudgetMeters.class);

	private final PoolReports reports;

	/**
	 * Creates the meters.
	 * @param reports tells the pools' sizes
	 */
	public BudgetMeters(PoolReports reports) {
		this.reports = reports;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.reports.forEach((pool) -> register(registry, pool));
	}

	/**
	 * Called while the application's data source is made, which a registry must not keep
	 * from it.
	 */
	private void register(MeterRegistry registry, String pool) {
		try {
			Gauge.builder(BUDGET, this.reports, (source) -> largest(source, pool))
				.tag("pool", pool)
				.description("How many connections the pool may have within the fleet's budget")
				.register(registry);
		}
		catch (RuntimeException ex) {
			logger.warn(pool + " - there is no meter of its budget", ex);
		}
	}

	private static double largest(PoolReports reports, String pool) {
		PoolSizing sizing = reports.sizing(pool);
		return (sizing != null) ? sizing.largest() : Double.NaN;
	}

}
