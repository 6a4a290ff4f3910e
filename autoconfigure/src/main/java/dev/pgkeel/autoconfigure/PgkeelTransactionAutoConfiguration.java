package dev.pgkeel.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import dev.pgkeel.transaction.TransactionGuard;
import dev.pgkeel.transaction.TransactionGuardSettings;
import dev.pgkeel.transaction.TransactionTimeoutInterceptor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Auto-configuration that guards the transactions of all transaction managers, and
 * publishes the guarded template as the application's {@code TransactionTemplate}, in
 * place of Spring Boot's.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelAutoConfiguration.class, before = TransactionAutoConfiguration.class,
		afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
				"org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
				"org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration" })
@ConditionalOnClass({ PlatformTransactionManager.class, TransactionAutoConfiguration.class })
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ConditionalOnSwitch("pgkeel.transaction.enabled")
public class PgkeelTransactionAutoConfiguration {

	static final String GUARD = "pgkeelTransactionGuard";

	private static final Log logger = LogFactory.getLog(PgkeelTransactionAutoConfiguration.class);

	private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

	/**
	 * Where all transaction managers are a parent context's, it has their listener too.
	 * To the application's own beans, one that asks for a listener means its own.
	 */
	@Bean(defaultCandidate = false)
	@ConditionalOnNotInherited(bean = GUARD, unlessOwn = PlatformTransactionManager.class)
	TransactionGuard pgkeelTransactionGuard(PgkeelProperties pgkeel) {
		TransactionProperties properties = pgkeel.transaction();
		return new TransactionGuard(new TransactionGuardSettings(pgkeel.mode(), properties.serverSide(),
				properties.slowAfter(), properties.timeout()), PgkeelTransactionAutoConfiguration::idle);
	}

	private static @Nullable Duration idle(Object dataSource, Thread holder) {
		HikariDataSource pool = (dataSource instanceof DataSource source) ? DatabaseTarget.pool(source) : null;
		PoolLeases leases = (pool instanceof GuardedDataSource guarded) ? guarded.leases() : null;
		return (leases != null) ? leases.idleInTransaction(holder) : null;
	}

	@Bean
	static TransactionGuardPostProcessor pgkeelTransactionGuardPostProcessor(
			@Qualifier(GUARD) ObjectProvider<TransactionGuard> pgkeelTransactionGuard) {
		return new TransactionGuardPostProcessor(pgkeelTransactionGuard);
	}

	@Bean
	static CommitResolutionPostProcessor pgkeelCommitResolutionPostProcessor(
			ObjectProvider<PgkeelProperties> properties, ObjectProvider<DirectWay> pgkeelDirectWay) {
		return new CommitResolutionPostProcessor(properties, pgkeelDirectWay);
	}

	@Bean
	static TransactionTimeoutPostProcessor pgkeelTransactionTimeoutPostProcessor(BeanFactory beans) {
		return new TransactionTimeoutPostProcessor(new TransactionTimeoutInterceptor(() -> guards(beans)));
	}

	/**
	 * A transaction manager of a parent context may be used in this one, beside its own.
	 */
	private static List<TransactionGuard> guards(BeanFactory beans) {
		List<TransactionGuard> guards = new ArrayList<>();
		BeanFactory next = beans;
		while (next instanceof HierarchicalBeanFactory each) {
			if (each.containsLocalBean(GUARD)) {
				guards.add(each.getBean(GUARD, TransactionGuard.class));
			}
			next = each.getParentBeanFactory();
		}
		return guards;
	}

	/**
	 * A parent context's guard is not for this one to wait for: when this one closes
	 * alone, the pool and the other users of the manager go on.
	 */
	@Bean
	@ConditionalOnBean(name = GUARD, search = SearchStrategy.CURRENT)
	TransactionShutdown pgkeelTransactionShutdown(@Qualifier(GUARD) TransactionGuard pgkeelTransactionGuard,
			ConfigurableApplicationContext applicationContext) {
		return new TransactionShutdown(pgkeelTransactionGuard, applicationContext,
				Binder.get(applicationContext.getEnvironment())
					.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
					.orElse(SHUTDOWN_TIMEOUT));
	}

	@Bean
	@ConditionalOnSingleCandidate(PlatformTransactionManager.class)
	@ConditionalOnMissingBean(TransactionOperations.class)
	GuardedTransactionTemplate transactionTemplate(PlatformTransactionManager transactionManager,
			@Qualifier(GUARD) TransactionGuard pgkeelTransactionGuard, PgkeelProperties pgkeel) {
		TransactionProperties properties = pgkeel.transaction();
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(transactionManager,
				new DefaultTransactionDefinition(), pgkeelTransactionGuard);
		Duration timeout = properties.timeout();
		int attempts = properties.retry().maxAttempts();
		if (pgkeel.mode() == PgkeelMode.OBSERVE) {
			if (timeout != null) {
				logger.info("Would have limited transactions of the TransactionTemplate to %d s"
					.formatted(timeout.toSeconds()));
			}
			if (attempts > 1) {
				logger.info("Would have run transactions of the TransactionTemplate again, up to %d times in all"
					.formatted(attempts));
			}
			return template;
		}
		GuardedTransactionTemplate retrying = template.withRetry(properties.retry().settings());
		return (timeout != null) ? retrying.withTimeout(timeout) : retrying;
	}

}
