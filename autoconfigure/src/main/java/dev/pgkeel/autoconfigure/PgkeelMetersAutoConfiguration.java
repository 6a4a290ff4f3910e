package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import dev.pgkeel.actuate.BudgetMeters;
import dev.pgkeel.actuate.LeaseMeters;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.actuate.TransactionMeters;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.transaction.TransactionGuard;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/**
 * Auto-configuration of the meters of the server, the budget, the pools' leases and the
 * transactions. The other beans are asked for by their names: by a type, all beans would
 * be looked at. A child context that shares the parent's registry binds none to it, as
 * with Spring Boot's own meters.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = { PgkeelPoolAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
		PgkeelLeaseAutoConfiguration.class, PgkeelTransactionAutoConfiguration.class })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
public class PgkeelMetersAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelBudgetMeters", search = SearchStrategy.CURRENT)
	@ConditionalOnNotInherited(bean = "pgkeelBudgetMeters", unlessOwn = DataSource.class, whereParentsHaveNone = true)
	@ConditionalOnBean(name = "pgkeelPoolReports")
	BudgetMeters pgkeelBudgetMeters(PoolReports pgkeelPoolReports) {
		return new BudgetMeters(pgkeelPoolReports);
	}

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelMeters")
	@ConditionalOnBean(name = "pgkeelServerMonitor")
	PgkeelMeters pgkeelMeters(ServerMonitor pgkeelServerMonitor, Refusals pgkeelRefusals,
			ObjectProvider<ConnectionAlerts> pgkeelConnectionAlerts) {
		return new PgkeelMeters(pgkeelServerMonitor, pgkeelRefusals, pgkeelConnectionAlerts.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelLeaseMeters", search = SearchStrategy.CURRENT)
	@ConditionalOnNotInherited(bean = "pgkeelLeaseMeters", unlessOwn = DataSource.class, whereParentsHaveNone = true)
	@ConditionalOnBean(name = "pgkeelLeasedPools")
	LeaseMeters pgkeelLeaseMeters(LeasedPools pgkeelLeasedPools) {
		return new LeaseMeters(pgkeelLeasedPools);
	}

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelTransactionMeters", search = SearchStrategy.CURRENT)
	@ConditionalOnBean(name = PgkeelTransactionAutoConfiguration.GUARD, search = SearchStrategy.CURRENT)
	TransactionMeters pgkeelTransactionMeters(
			@Qualifier(PgkeelTransactionAutoConfiguration.GUARD) TransactionGuard pgkeelTransactionGuard,
			PgkeelProperties properties) {
		return new TransactionMeters(pgkeelTransactionGuard, properties.transaction().nameTag());
	}

}
