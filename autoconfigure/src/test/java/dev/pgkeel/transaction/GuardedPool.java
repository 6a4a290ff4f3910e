package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;

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

	private static final TransactionGuardSettings SETTINGS = new TransactionGuardSettings(PgkeelMode.ENFORCE, true,
			Duration.ofSeconds(5), null);

	private final TestDatabase database;

	private final HikariDataSource pool = new HikariDataSource();

	private final TransactionGuard guard;

	private final List<TransactionOutcome> outcomes = new ArrayList<>();

	private final Map<DataSource, LocalContainerEntityManagerFactoryBean> entityManagers = new HashMap<>();

	GuardedPool() {
		this(SETTINGS);
	}

	GuardedPool(TransactionGuardSettings settings) {
		this(TestServer.shared().newDatabase(), settings);
	}

	GuardedPool(TestDatabase database) {
		this(database, SETTINGS);
	}

	/**
	 * Returns one whose guard holds transactions to their limits alone: the server, which
	 * is not told, never comes first.
	 */
	static GuardedPool withoutLimitsOfTheServer() {
		return new GuardedPool(
				new TransactionGuardSettings(SETTINGS.mode(), false, SETTINGS.slowAfter(), SETTINGS.timeout()));
	}

	private GuardedPool(TestDatabase database, TransactionGuardSettings settings) {
		this.database = database;
		this.guard = new TransactionGuard(settings, (dataSource, holder) -> null);
		this.guard.observeWith((name, outcome, duration) -> this.outcomes.add(outcome));
		this.pool.setJdbcUrl(this.database.jdbcUrl());
		this.pool.setUsername(this.database.username());
		this.pool.setPassword(this.database.password());
		this.pool.setMaximumPoolSize(3);
		this.pool.setConnectionTimeout(30_000);
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
		return manager(kind, this.pool, guarded);
	}

	/**
	 * Returns a manager of another pool.
	 */
	AbstractPlatformTransactionManager manager(Kind kind, DataSource dataSource, boolean guarded) {
		AbstractPlatformTransactionManager manager = (kind == Kind.JDBC) ? new JdbcTransactionManager(dataSource)
				: jpaManager(dataSource);
		if (guarded) {
			manager.addListener(this.guard);
		}
		return manager;
	}

	private JpaTransactionManager jpaManager(DataSource dataSource) {
		JpaTransactionManager manager = new JpaTransactionManager(
				this.entityManagers.computeIfAbsent(dataSource, GuardedPool::entityManagers).getObject());
		manager.afterPropertiesSet();
		return manager;
	}

	private static LocalContainerEntityManagerFactoryBean entityManagers(DataSource dataSource) {
		LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
		factory.setDataSource(dataSource);
		factory.setPackagesToScan("dev.pgkeel.entities");
		factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		factory.afterPropertiesSet();
		return factory;
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
		this.entityManagers.values().forEach(LocalContainerEntityManagerFactoryBean::destroy);
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
