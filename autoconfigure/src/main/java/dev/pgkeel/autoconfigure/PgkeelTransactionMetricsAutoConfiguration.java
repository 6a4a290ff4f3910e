package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.TransactionMeters;
import dev.pgkeel.transaction.TransactionGuard;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of transactions.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgkeelTransactionAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(name = "pgkeelTransactionGuard")
public final class PgkeelTransactionMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	TransactionMeters pgkeelTransactionMeters(TransactionGuard guard, TransactionProperties properties) {
		return new TransactionMeters(guard, properties.nameTag());
	}

}
