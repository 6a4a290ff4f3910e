package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.LeaseMeters;
import dev.pgkeel.lease.LeasedPools;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of the pools' leases.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgkeelLeaseAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(LeasedPools.class)
public final class PgkeelLeaseMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LeaseMeters pgkeelLeaseMeters(LeasedPools pools) {
		return new LeaseMeters(pools);
	}

}
