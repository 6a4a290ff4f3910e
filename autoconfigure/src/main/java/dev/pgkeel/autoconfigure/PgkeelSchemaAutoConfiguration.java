package dev.pgkeel.autoconfigure;

import java.util.List;

import javax.sql.DataSource;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaSettings;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Preflight;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.io.support.ResourcePatternUtils;

/**
 * Auto-configuration of the schema scripts. They are applied after Flyway, Liquibase and
 * {@code schema.sql}, and before anything that uses the database.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = { PgkeelAutoConfiguration.class, DataSourceAutoConfiguration.class })
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnSwitch("pgkeel.schema.enabled")
@Import(DatabaseInitializationDependencyConfigurer.class)
public class PgkeelSchemaAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SchemaInitializer pgkeelSchemaInitializer(PgkeelProperties properties, ActiveProfile pgkeelActiveProfile,
			ApplicationInstance pgkeelApplicationInstance, DataSource dataSource, ResourceLoader resourceLoader,
			DirectWay pgkeelDirectWay) {
		SchemaProperties schema = properties.schema();
		boolean applies = schema.enabled() != null || schema.stops()
				|| pgkeelActiveProfile.profile() != RuntimeProfile.SERVERLESS;
		// False only in an application that was processed ahead of time without it
		List<String> locations = Boolean.FALSE.equals(schema.enabled()) ? List.of() : schema.locations();
		SchemaSettings settings = new SchemaSettings(applies, locations, schema.mode(), schema.historySchema(),
				schema.lockTimeout(), schema.statementTimeout(), schema.dryRun(),
				properties.mode() != PgkeelMode.OBSERVE);
		return new SchemaInitializer(
				new Preflight(dataSource, pgkeelDirectWay.connection(), properties.preflight().timeout()),
				ResourcePatternUtils.getResourcePatternResolver(resourceLoader), pgkeelApplicationInstance, settings,
				SchemaLintFactory.create(schema.lint(), pgkeelActiveProfile.profile(), properties.mode()),
				SchemaProofFactory.create(schema, pgkeelActiveProfile.profile(), properties.mode()));
	}

}
