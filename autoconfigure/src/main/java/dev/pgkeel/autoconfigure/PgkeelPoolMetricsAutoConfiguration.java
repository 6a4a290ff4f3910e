package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.PoolMeters;
import dev.pgkeel.pool.PoolReports;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of the pools' shares.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgkeelPoolAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(PoolReports.class)
public final class PgkeelPoolMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PoolMeters pgkeelPoolMeters(PoolReports pools) {
		return new PoolMeters(pools);
	}

}
