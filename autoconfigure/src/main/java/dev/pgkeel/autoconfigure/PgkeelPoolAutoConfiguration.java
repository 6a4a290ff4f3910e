package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.PoolDefaults;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSettings;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.MonitorMode;
import dev.pgkeel.tls.TlsPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the pool: its size from the runtime profile, its encryption, and
 * what a pooler in between asks for.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelAutoConfiguration.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ImportRuntimeHints(PoolRuntimeHints.class)
public class PgkeelPoolAutoConfiguration {

	/**
	 * The variable that Kubernetes sets in every container.
	 */
	private static final String KUBERNETES_VARIABLE = "KUBERNETES_SERVICE_HOST";

	private static final Duration RETRY_DELAY = Duration.ofSeconds(10);

	@Bean
	static PoolBeanPostProcessor pgkeelPoolBeanPostProcessor(ObjectProvider<PoolConfigurer> pgkeelPoolConfigurer) {
		return new PoolBeanPostProcessor(pgkeelPoolConfigurer);
	}

	@Bean
	PoolReports pgkeelPoolReports() {
		return new PoolReports();
	}

	@Bean
	KnownServers pgkeelKnownServers() {
		return new KnownServers();
	}

	@Bean
	PoolInspector pgkeelPoolInspector(KnownServers pgkeelKnownServers) {
		return new PoolInspector(pgkeelKnownServers, RETRY_DELAY);
	}

	@Bean
	TlsPolicy pgkeelTlsPolicy(PgkeelProperties properties, ResourceLoader resourceLoader,
			ObjectProvider<SslBundles> bundles, Environment environment) {
		return new TlsPolicy(properties.tls().mode(), new TlsTrust(resourceLoader, bundles).resolve(properties.tls()),
				environment.containsProperty(KUBERNETES_VARIABLE));
	}

	@Bean
	PoolInspection pgkeelPoolInspection(PgkeelProperties properties, ActiveProfile pgkeelActiveProfile,
			PoolReports pgkeelPoolReports, TlsPolicy pgkeelTlsPolicy,
			ObjectProvider<JdbcConnectionDetails> connectionDetails, ApplicationInstance pgkeelApplicationInstance) {
		return new PoolInspection(properties.mode(), pgkeelActiveProfile, properties.pooler(), pgkeelPoolReports,
				pgkeelTlsPolicy, () -> isFromElsewhere(connectionDetails.getIfUnique()),
				new PoolBudget(properties.mode(), properties.pool().overBudget(), properties.fleet(),
						keepsASession(properties.monitor(), pgkeelActiveProfile) ? properties.monitor().connection()
								: MonitorMode.BORROWED,
						pgkeelApplicationInstance));
	}

	private static boolean keepsASession(MonitorProperties monitor, ActiveProfile profile) {
		return monitor.enabled() && profile.profile() != RuntimeProfile.SERVERLESS;
	}

	/**
	 * Boot's own details, made from {@code spring.datasource}, are of a class that it
	 * keeps to itself.
	 */
	private static boolean isFromElsewhere(@Nullable JdbcConnectionDetails details) {
		return details != null && !"PropertiesJdbcConnectionDetails".equals(details.getClass().getSimpleName());
	}

	@Bean
	PoolConfigurer pgkeelPoolConfigurer(PgkeelProperties properties, ActiveProfile pgkeelActiveProfile,
			ApplicationInstance pgkeelApplicationInstance, PoolReports pgkeelPoolReports,
			PoolInspector pgkeelPoolInspector, PoolInspection pgkeelPoolInspection, TlsPolicy pgkeelTlsPolicy,
			ConfigurableEnvironment environment, ListableBeanFactory beanFactory,
			ObjectProvider<LeaseGuard> pgkeelLeaseGuard) {
		PoolSettings settings = PoolSettings.of(pgkeelActiveProfile.profile());
		return new PoolConfigurer(properties.mode(), new MigrationTools(beanFactory, environment), (tool) -> {
			if (!properties.pool().enabled()) {
				return PoolDefaults.none(pgkeelActiveProfile);
			}
			return (tool != null && pgkeelActiveProfile.profile() == RuntimeProfile.SERVERLESS)
					? new PoolDefaults(pgkeelActiveProfile, settings.withMaximumPoolSize(MigrationTools.CONNECTIONS),
							reason(tool.name()), pgkeelApplicationInstance)
					: new PoolDefaults(pgkeelActiveProfile, settings, null, pgkeelApplicationInstance);
		}, pgkeelPoolReports, pgkeelPoolInspector, pgkeelPoolInspection,
				new UnprotectedPools(pgkeelTlsPolicy, properties.tls()), environment, pgkeelLeaseGuard);
	}

	private static String reason(String tool) {
		return "one request at a time needs one connection, " + tool + " a second one while it migrates";
	}

}
