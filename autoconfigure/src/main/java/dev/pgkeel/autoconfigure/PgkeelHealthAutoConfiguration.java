package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.KnownServers;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health component {@code pgkeel}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { PgkeelAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class })
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("pgkeel")
@ConditionalOnBean(PgkeelProperties.class)
@ConditionalOnSingleCandidate(DataSource.class)
public final class PgkeelHealthAutoConfiguration {

	/**
	 * Another database has no such component, which only the data source can tell.
	 */
	@Bean
	@ConditionalOnMissingBean(name = { "pgkeelHealthIndicator", "pgkeelHealthContributor" })
	@Nullable PgkeelHealthIndicator pgkeelHealthContributor(DataSource dataSource, ObjectProvider<SchemaInitializer> schema,
			ObjectProvider<KnownServers> servers) {
		return (DatabaseTarget.of(dataSource) != DatabaseTarget.OTHER) ? new PgkeelHealthIndicator(
				new ServerInquiry(dataSource, servers.getIfAvailable()), schema.getIfAvailable()) : null;
	}

}
