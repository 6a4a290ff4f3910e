package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.ServerMonitor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the endpoint {@code pgkeel}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { PgkeelAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
		PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class })
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(PgkeelEndpoint.class)
@ConditionalOnBean(PgkeelProperties.class)
public final class PgkeelEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PgkeelEndpoint pgkeelEndpoint(ObjectProvider<DataSource> dataSource, ObjectProvider<PoolReports> pools,
			ObjectProvider<SchemaInitializer> schema, ObjectProvider<KnownServers> servers,
			ObjectProvider<LeasedPools> leases, ObjectProvider<ServerMonitor> monitor,
			ObjectProvider<ConnectionAlerts> alerts) {
		DataSource candidate = dataSource.getIfUnique();
		return new PgkeelEndpoint((candidate != null) ? new ServerInquiry(candidate, servers.getIfAvailable()) : null,
				pools.getIfAvailable(), schema.getIfAvailable(), leases.getIfAvailable(), monitor.getIfAvailable(),
				alerts.getIfAvailable());
	}

}
