package dev.pgkeel.transaction;

import java.time.Duration;

import javax.sql.DataSource;

import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.transaction.GuardedPool.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for transactions of Spring's own template whose connection is lost after COMMIT
 * was sent.
 */
class LostCommitTests {

	private static final Duration LIMIT = Duration.ofSeconds(1);

	private final GuardedPool pool = new GuardedPool();

	@BeforeEach
	void createTable() {
		this.pool.database().execute("create table notes (body text not null)");
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	/**
	 * With JPA, Spring rolls back what it has lost, and says no more than that: only the
	 * pool knows better.
	 */
	@ParameterizedTest
	@CsvSource({ "JDBC,true,UNKNOWN", "JDBC,false,UNKNOWN", "JPA,true,UNKNOWN", "JPA,false,ROLLED_BACK" })
	void outcomeIsUnknown(Kind kind, boolean guarded, TransactionOutcome outcome) {
		assertThat(failure(kind, guarded, false)).isNotNull();
		assertThat(this.pool.outcomes()).containsExactly(outcome);
		assertThat(notes()).isOne();
	}

	@ParameterizedTest
	@CsvSource({ "JDBC,true", "JDBC,false", "JPA,true", "JPA,false" })
	void lateLossIsNoTimeout(Kind kind, boolean guarded) {
		assertThat(failure(kind, guarded, true)).isNotNull().isNotInstanceOf(TransactionTimedOutException.class);
		assertThat(notes()).isOne();
	}

	private Throwable failure(Kind kind, boolean guarded, boolean late) {
		try (PgProxy proxy = PgProxy.to(this.pool.database().jdbcUrl())) {
			String url = proxy.jdbcUrl(this.pool.database().name());
			DataSource dataSource = guarded ? ResolvingPools.of(url, this.pool.database(), 1)
					: new DriverManagerDataSource(url, this.pool.database().username(),
							this.pool.database().password());
			TransactionTemplate template = new TransactionTemplate(manager(kind, dataSource));
			if (late) {
				template.setTimeout((int) LIMIT.toSeconds());
			}
			JdbcTemplate jdbc = new JdbcTemplate(dataSource);
			ProxyFactory declared = new ProxyFactory(Runnable.class,
					new TransactionTimeoutInterceptor(this.pool::guard));
			declared.setTarget((Runnable) () -> template
				.executeWithoutResult((status) -> jdbc.update("insert into notes values ('a')")));
			proxy.cutCommits(() -> {
				if (late) {
					await().until(
							() -> this.pool.guard().running().get(0).runningFor().compareTo(LIMIT.plusMillis(50)) > 0);
				}
				return Cut.AFTER_FORWARDING;
			});
			return catchThrowable(((Runnable) declared.getProxy())::run);
		}
	}

	private AbstractPlatformTransactionManager manager(Kind kind, DataSource dataSource) {
		AbstractPlatformTransactionManager manager = (kind == Kind.JDBC) ? new JdbcTransactionManager(dataSource)
				: jpaManager(dataSource);
		manager.addListener(this.pool.guard());
		return manager;
	}

	private static JpaTransactionManager jpaManager(DataSource dataSource) {
		LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
		factory.setDataSource(dataSource);
		factory.setPackagesToScan("dev.pgkeel.entities");
		factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		factory.afterPropertiesSet();
		JpaTransactionManager manager = new JpaTransactionManager(factory.getObject());
		manager.afterPropertiesSet();
		return manager;
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
