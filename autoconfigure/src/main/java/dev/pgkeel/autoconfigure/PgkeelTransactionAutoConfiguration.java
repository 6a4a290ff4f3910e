package dev.pgkeel.autoconfigure;

import dev.pgkeel.transaction.GuardedTransactionTemplate;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;
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
public final class PgkeelTransactionAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(TransactionOperations.class)
	GuardedTransactionTemplate transactionTemplate(PlatformTransactionManager transactionManager) {
		return new GuardedTransactionTemplate(transactionManager);
	}

}
