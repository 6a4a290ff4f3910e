package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import dev.pgkeel.transaction.TransactionLimits;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Auto-configuration that publishes the guarded template as the application's
 * {@code TransactionTemplate}, in place of Spring Boot's.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgkeelAutoConfiguration.class, before = TransactionAutoConfiguration.class,
		afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
				"org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
				"org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration" })
@ConditionalOnClass({ PlatformTransactionManager.class, TransactionAutoConfiguration.class })
@ConditionalOnBean(PgkeelProperties.class)
@ConditionalOnBooleanProperty(name = "pgkeel.transaction.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(PlatformTransactionManager.class)
@EnableConfigurationProperties(TransactionProperties.class)
public final class PgkeelTransactionAutoConfiguration {

	private static final Log logger = LogFactory.getLog(PgkeelTransactionAutoConfiguration.class);

	@Bean
	TransactionLimits pgkeelTransactionLimits(TransactionProperties properties) {
		return new TransactionLimits(properties.serverSide());
	}

	@Bean
	static TransactionLimitsPostProcessor pgkeelTransactionLimitsPostProcessor(ObjectProvider<PgkeelProperties> pgkeel,
			ObjectProvider<TransactionLimits> limits) {
		return new TransactionLimitsPostProcessor(pgkeel, limits);
	}

	@Bean
	static CommitResolutionPostProcessor pgkeelCommitResolutionPostProcessor(ObjectProvider<PgkeelProperties> pgkeel,
			ObjectProvider<TransactionProperties> properties, ObjectProvider<DirectWay> directWay) {
		return new CommitResolutionPostProcessor(pgkeel, properties, directWay);
	}

	@Bean
	@ConditionalOnMissingBean(TransactionOperations.class)
	GuardedTransactionTemplate transactionTemplate(PlatformTransactionManager transactionManager,
			TransactionLimits limits, PgkeelProperties pgkeel, TransactionProperties properties) {
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(transactionManager,
				new DefaultTransactionDefinition(), limits);
		Duration timeout = properties.timeout();
		if (timeout == null) {
			return template;
		}
		if (pgkeel.mode() == PgkeelMode.OBSERVE) {
			logger.info("Would have limited transactions of the TransactionTemplate to %d s"
				.formatted(timeout.toSeconds()));
			return template;
		}
		return template.withTimeout(timeout);
	}

}
