package dev.pgkeel.autoconfigure;

import java.util.SplittableRandom;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.RuntimeProfileDetector;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.tls.TlsPolicy;
import org.postgresql.Driver;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of what all features share. Each of them backs off without it.
 * <p>
 * A parameter of a bean's method that is another bean of ours has that bean's name, here
 * and in the other configurations: Spring takes such a bean by its name, and looks at the
 * types of all beans otherwise, which takes its time at start. Only the name of
 * {@link PgkeelProperties} is none for a parameter.
 *
 * <p>
 * All of them come last. What comes after another one brings it forward, and who comes
 * first decides who backs off: an application's others are to keep their order.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration
@ConditionalOnClass({ HikariDataSource.class, Driver.class })
@ConditionalOnSwitch(OnSwitchCondition.PGKEEL)
@EnableConfigurationProperties(PgkeelProperties.class)
@Import(ConsoleWithoutSpringMvc.class)
@ImportRuntimeHints(MetadataRuntimeHints.class)
public class PgkeelAutoConfiguration {

	/**
	 * The bean of {@link PgkeelProperties}, by which the other configurations know that
	 * this one is there. Asked by its type, each of them would have the types of all
	 * beans looked at, which takes its time at start.
	 */
	static final String ACTIVE = "pgkeel-dev.pgkeel.autoconfigure.PgkeelProperties";

	@Bean
	ApplicationInstance pgkeelApplicationInstance(Environment environment) {
		return ApplicationInstance.of(environment.getProperty("spring.application.name"), new SplittableRandom());
	}

	@Bean
	static PropertiesCheck pgkeelPropertiesCheck(Environment environment) {
		return new PropertiesCheck(environment);
	}

	@Bean
	ActiveProfile pgkeelActiveProfile(PgkeelProperties properties, Environment environment,
			ResourceLoader resourceLoader) {
		RuntimeProfileDetector detector = new RuntimeProfileDetector(environment, resourceLoader.getClassLoader());
		return detector.detect(properties.runtimeProfile());
	}

	@Bean
	DirectWay pgkeelDirectWay(PgkeelProperties properties, ObjectProvider<TlsPolicy> pgkeelTlsPolicy,
			ObjectProvider<PoolReports> pgkeelPoolReports, Environment environment) {
		return new DirectWay(properties, pgkeelTlsPolicy, pgkeelPoolReports, environment);
	}

}
