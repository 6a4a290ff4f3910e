package dev.pgkeel.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import javax.sql.DataSource;

import dev.pgkeel.actuate.MonitorHealth;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.actuate.WatchedDatabaseHealthIndicator;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.ServerMonitor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * Auto-configuration of the health component {@code pgkeel}.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(
		after = { PgkeelAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
				PgkeelMonitorAutoConfiguration.class },
		beforeName = "org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration")
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("pgkeel")
@Conditional(PgkeelHealthAutoConfiguration.DatabaseInHealth.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ConditionalOnSingleCandidate(DataSource.class)
public class PgkeelHealthAutoConfiguration {

	/**
	 * Another database has no such component, which only the data source can tell.
	 */
	@Bean
	@ConditionalOnMissingBean(name = { "pgkeelHealthIndicator", "pgkeelHealthContributor" })
	@Nullable PgkeelHealthIndicator pgkeelHealthContributor(DataSource dataSource,
			ObjectProvider<SchemaInitializer> pgkeelSchemaInitializer, ObjectProvider<KnownServers> pgkeelKnownServers,
			ObjectProvider<ServerMonitor> pgkeelServerMonitor, ObjectProvider<ConnectionAlerts> pgkeelConnectionAlerts,
			PgkeelProperties properties) {
		if (DatabaseTarget.of(dataSource) == DatabaseTarget.OTHER) {
			return null;
		}
		ServerMonitor watching = pgkeelServerMonitor.getIfAvailable();
		MonitorHealth watched = (watching != null)
				? new MonitorHealth(watching, pgkeelConnectionAlerts.getIfAvailable(),
						new Status(properties.health().panicStatus().toUpperCase(Locale.ROOT)))
				: null;
		return new PgkeelHealthIndicator(new ServerInquiry(dataSource, pgkeelKnownServers.getIfAvailable()),
				pgkeelSchemaInitializer.getIfAvailable(), watched);
	}

	/**
	 * Of another database, and of those that a data source chooses from, it tells what
	 * Spring Boot's own component would.
	 */
	@Bean
	@ConditionalOnSwitch(value = "pgkeel.health.replace-db", matchIfMissing = false)
	@ConditionalOnEnabledHealthIndicator("db")
	@ConditionalOnMissingBean(name = { "dbHealthIndicator", "dbHealthContributor" })
	@Conditional(OnlyDataSource.class)
	HealthContributor dbHealthContributor(DataSource dataSource,
			ObjectProvider<PgkeelHealthIndicator> pgkeelHealthContributor) {
		PgkeelHealthIndicator indicator = pgkeelHealthContributor.getIfAvailable();
		boolean routes = DataSourceUnwrapper.unwrap(dataSource, AbstractRoutingDataSource.class) != null;
		return (indicator != null && !routes) ? new WatchedDatabaseHealthIndicator(indicator) : asked(dataSource);
	}

	private static HealthContributor asked(DataSource dataSource) {
		AbstractRoutingDataSource routing = DataSourceUnwrapper.unwrap(dataSource, AbstractRoutingDataSource.class);
		if (routing == null) {
			return new DataSourceHealthIndicator(dataSource);
		}
		Map<String, DataSource> targets = new LinkedHashMap<>();
		routing.getResolvedDataSources().forEach((key, target) -> targets.put(key.toString(), target));
		return CompositeHealthContributor.fromMap(targets, PgkeelHealthAutoConfiguration::asked);
	}

	/**
	 * Matches unless the user has taken the database out of the health, and says nothing
	 * of this component.
	 */
	static class DatabaseInHealth implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Environment environment = context.getEnvironment();
			return environment.getProperty("management.health.db.enabled", Boolean.class, true)
					|| environment.containsProperty("management.health.pgkeel.enabled");
		}

	}

	/**
	 * Matches where no other data source would lose its place in Spring Boot's component.
	 */
	static class OnlyDataSource implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConfigurableListableBeanFactory beans = Objects.requireNonNull(context.getBeanFactory());
			return Arrays.stream(beans.getBeanNamesForType(DataSource.class, true, false))
				.filter((name) -> !beans.containsBeanDefinition(name)
						|| beans.getMergedBeanDefinition(name).isAutowireCandidate())
				.count() <= 1;
		}

	}

}
