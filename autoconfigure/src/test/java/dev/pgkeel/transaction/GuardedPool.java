package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * A database, a pool, and managers of its transactions with a guard.
 */
final class GuardedPool implements AutoCloseable {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = new HikariDataSource();

	private final TransactionGuard guard;

	private final List<TransactionOutcome> outcomes = new ArrayList<>();

	private @Nullable LocalContainerEntityManagerFactoryBean entityManagers;

	GuardedPool() {
		this(new TransactionGuardSettings(PgkeelMode.ENFORCE, true, Duration.ofSeconds(5), null));
	}

	GuardedPool(TransactionGuardSettings settings) {
		this.guard = new TransactionGuard(settings, (dataSource, holder) -> null);
		this.guard.observeWith((name, outcome, duration) -> this.outcomes.add(outcome));
		this.pool.setJdbcUrl(this.database.jdbcUrl());
		this.pool.setUsername(this.database.username());
		this.pool.setPassword(this.database.password());
		this.pool.setMaximumPoolSize(3);
		this.pool.setConnectionTimeout(5000);
	}

	TestDatabase database() {
		return this.database;
	}

	HikariDataSource pool() {
		return this.pool;
	}

	TransactionGuard guard() {
		return this.guard;
	}

	List<TransactionOutcome> outcomes() {
		return this.outcomes;
	}

	/**
	 * Returns a manager.
	 * @param kind its kind
	 * @param guarded whether the guard listens to it
	 */
	AbstractPlatformTransactionManager manager(Kind kind, boolean guarded) {
		AbstractPlatformTransactionManager manager = (kind == Kind.JDBC) ? new JdbcTransactionManager(this.pool)
				: jpaManager();
		if (guarded) {
			manager.addListener(this.guard);
		}
		return manager;
	}

	private JpaTransactionManager jpaManager() {
		if (this.entityManagers == null) {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(this.pool);
			factory.setPackagesToScan("dev.pgkeel.entities");
			factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			factory.afterPropertiesSet();
			this.entityManagers = factory;
		}
		JpaTransactionManager manager = new JpaTransactionManager(this.entityManagers.getObject());
		manager.afterPropertiesSet();
		return manager;
	}

	GuardedTransactionTemplate template(Kind kind) {
		return template(kind, TransactionDefinition.PROPAGATION_REQUIRED);
	}

	GuardedTransactionTemplate template(Kind kind, int propagation) {
		return new GuardedTransactionTemplate(manager(kind, true), new DefaultTransactionDefinition(propagation),
				this.guard);
	}

	@Override
	public void close() {
		if (this.entityManagers != null) {
			this.entityManagers.destroy();
		}
		this.pool.close();
		this.guard.close();
	}

	/**
	 * The kind of transaction manager.
	 */
	enum Kind {

		/**
		 * Spring's for JDBC.
		 */
		JDBC,

		/**
		 * Spring's for JPA, with Hibernate.
		 */
		JPA

	}

}
