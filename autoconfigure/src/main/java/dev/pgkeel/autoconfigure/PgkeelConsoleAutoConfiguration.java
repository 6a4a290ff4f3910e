package dev.pgkeel.autoconfigure;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.actuate.console.ConsoleEndpoint;
import dev.pgkeel.actuate.console.ConsoleHistory;
import dev.pgkeel.actuate.console.ConsolePools;
import dev.pgkeel.actuate.console.ConsoleReader;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.transaction.TransactionGuard;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.PathMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;

/**
 * Auto-configuration of the console, which Spring MVC serves.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = { PgkeelAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
		PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
		PgkeelTransactionAutoConfiguration.class })
@ConditionalOnClass(value = { Endpoint.class, ConditionalOnAvailableEndpoint.class },
		name = "org.springframework.web.servlet.DispatcherServlet")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnAvailableEndpoint(ConsoleEndpoint.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@Conditional(OnConsoleCondition.class)
@EnableConfigurationProperties(ConsoleEndpointProperties.class)
@ImportRuntimeHints(ConsoleRuntimeHints.class)
public class PgkeelConsoleAutoConfiguration {

	@Bean
	ConsolePools pgkeelConsolePools(ConfigurableListableBeanFactory beans) {
		return new ConsolePools(() -> made(beans));
	}

	/**
	 * A lazy one is not made to be shown.
	 */
	private static Map<String, DataSource> made(ConfigurableListableBeanFactory beans) {
		Map<String, DataSource> made = new LinkedHashMap<>();
		for (BeanFactory factory = beans; factory instanceof ConfigurableListableBeanFactory own; factory = own
			.getParentBeanFactory()) {
			for (String name : own.getBeanNamesForType(DataSource.class, false, false)) {
				if (own.containsSingleton(name)) {
					made.putIfAbsent(name, own.getBean(name, DataSource.class));
				}
			}
		}
		return made;
	}

	/**
	 * The monitor finds it among its listeners.
	 */
	@Bean
	ConsoleHistory pgkeelConsoleHistory(ConsolePools pgkeelConsolePools, ObjectProvider<LeasedPools> pgkeelLeasedPools,
			@Qualifier(PgkeelTransactionAutoConfiguration.GUARD) ObjectProvider<TransactionGuard> pgkeelTransactionGuard) {
		return new ConsoleHistory(pgkeelConsolePools,
				() -> pgkeelLeasedPools.stream()
					.flatMap((leased) -> leased.all().values().stream())
					.mapToLong((pool) -> pool.counters().reclaimed())
					.sum(),
				() -> {
					TransactionGuard guard = pgkeelTransactionGuard.getIfAvailable();
					return (guard != null) ? guard.figures() : null;
				});
	}

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelServerMonitor", search = SearchStrategy.CURRENT)
	@ConditionalOnBean(name = "pgkeelServerMonitor")
	InheritedHistory pgkeelInheritedHistory(ServerMonitor pgkeelServerMonitor, ConsoleHistory pgkeelConsoleHistory) {
		return new InheritedHistory(pgkeelServerMonitor, pgkeelConsoleHistory);
	}

	@Bean
	@ConditionalOnMissingBean(name = "pgkeelConsoleEndpoint")
	ConsoleEndpoint pgkeelConsoleEndpoint(ApplicationInstance pgkeelApplicationInstance,
			ObjectProvider<DataSource> dataSource, ObjectProvider<KnownServers> pgkeelKnownServers,
			ObjectProvider<ServerMonitor> pgkeelServerMonitor, ObjectProvider<ConnectionAlerts> pgkeelConnectionAlerts,
			ConsolePools pgkeelConsolePools, ObjectProvider<LeasedPools> pgkeelLeasedPools,
			@Qualifier(PgkeelTransactionAutoConfiguration.GUARD) ObjectProvider<TransactionGuard> pgkeelTransactionGuard,
			ObjectProvider<SchemaInitializer> pgkeelSchemaInitializer, ConsoleHistory pgkeelConsoleHistory,
			PgkeelProperties pgkeel, ConsoleEndpointProperties properties, ObjectProvider<PathMapper> pathMappers) {
		DataSource candidate = dataSource.getIfUnique();
		ServerInquiry inquiry = (candidate != null) ? new ServerInquiry(candidate, pgkeelKnownServers.getIfAvailable())
				: null;
		pgkeelServerMonitor.ifAvailable(ServerMonitor::watchDetails);
		ConsoleReader.Sources sources = new ConsoleReader.Sources(pgkeelApplicationInstance, inquiry,
				pgkeelServerMonitor.getIfAvailable(), pgkeelConnectionAlerts.getIfAvailable(), pgkeelConsolePools,
				pgkeelLeasedPools.getIfAvailable(), pgkeelTransactionGuard.getIfAvailable(),
				pgkeelSchemaInitializer.getIfAvailable());
		AlertProperties.Thresholds thresholds = pgkeel.alert().thresholds();
		ConsoleReader reader = new ConsoleReader(sources, pgkeelConsoleHistory,
				new AlertPolicy(thresholds.alert(), thresholds.page(), thresholds.panic()), Clock.systemUTC());
		return new ConsoleEndpoint(reader, () -> lastSegment(pathMappers), properties.showValues(), properties.roles());
	}

	private static String lastSegment(ObjectProvider<PathMapper> pathMappers) {
		List<PathMapper> mappers = pathMappers.orderedStream().toList();
		String path = PathMapper.getRootPath(mappers, EndpointId.of(ConsoleEndpoint.ID));
		return path.substring(path.lastIndexOf('/') + 1);
	}

}
