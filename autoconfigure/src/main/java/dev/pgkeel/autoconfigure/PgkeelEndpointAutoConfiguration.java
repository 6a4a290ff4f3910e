package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import dev.pgkeel.actuate.EndpointSources;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.PgkeelEndpointWebExtension;
import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.ServerMonitor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/**
 * Auto-configuration of the endpoint {@code pgkeel}.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = { PgkeelAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
		PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class })
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(PgkeelEndpoint.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@EnableConfigurationProperties(EndpointProperties.class)
public class PgkeelEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelEndpoint", search = SearchStrategy.CURRENT)
	@ConditionalOnNotInherited(bean = "pgkeelEndpoint", unlessOwn = DataSource.class, whereParentsHaveNone = true)
	PgkeelEndpoint pgkeelEndpoint(ObjectProvider<DataSource> dataSource, ObjectProvider<PoolReports> pgkeelPoolReports,
			ObjectProvider<SchemaInitializer> pgkeelSchemaInitializer, ObjectProvider<KnownServers> pgkeelKnownServers,
			ObjectProvider<LeasedPools> pgkeelLeasedPools, ObjectProvider<ServerMonitor> pgkeelServerMonitor,
			ObjectProvider<ConnectionAlerts> pgkeelConnectionAlerts, ObjectProvider<SanitizingFunction> sanitizers,
			EndpointProperties properties) {
		DataSource candidate = dataSource.getIfUnique();
		EndpointSources sources = new EndpointSources(
				(candidate != null) ? new ServerInquiry(candidate, pgkeelKnownServers.getIfAvailable()) : null,
				pgkeelPoolReports.getIfAvailable(), pgkeelSchemaInitializer.getIfAvailable(),
				pgkeelLeasedPools.getIfAvailable(), pgkeelServerMonitor.getIfAvailable(),
				pgkeelConnectionAlerts.getIfAvailable());
		return new PgkeelEndpoint(sources, sanitizers.orderedStream().toList(), properties.showValues());
	}

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelEndpointWebExtension", search = SearchStrategy.CURRENT)
	@ConditionalOnNotInherited(bean = "pgkeelEndpointWebExtension", unlessOwn = DataSource.class,
			whereParentsHaveNone = true)
	@ConditionalOnBean(name = "pgkeelEndpoint")
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	PgkeelEndpointWebExtension pgkeelEndpointWebExtension(PgkeelEndpoint pgkeelEndpoint,
			EndpointProperties properties) {
		return new PgkeelEndpointWebExtension(pgkeelEndpoint, properties.showValues(), properties.roles());
	}

}
