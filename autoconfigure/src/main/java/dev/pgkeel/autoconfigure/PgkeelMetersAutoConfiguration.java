package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.BudgetMeters;
import dev.pgkeel.actuate.LeaseMeters;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerMonitor;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of the server, the budget and the pools' leases. The
 * other beans are asked for by their names: by a type, all beans would be looked at.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { PgkeelPoolAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
		PgkeelLeaseAutoConfiguration.class })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(name = "pgkeelPoolReports")
public final class PgkeelMetersAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	BudgetMeters pgkeelBudgetMeters(PoolReports reports) {
		return new BudgetMeters(reports);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(name = "pgkeelServerMonitor")
	PgkeelMeters pgkeelMeters(ServerMonitor monitor, Refusals refusals, ObjectProvider<ConnectionAlerts> alerts) {
		return new PgkeelMeters(monitor, refusals, alerts.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(name = "pgkeelLeasedPools")
	LeaseMeters pgkeelLeaseMeters(LeasedPools pools) {
		return new LeaseMeters(pools);
	}

}
