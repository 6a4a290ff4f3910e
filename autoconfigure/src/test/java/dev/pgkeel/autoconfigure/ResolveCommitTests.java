package dev.pgkeel.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.CommitOutcomeUnknownException;
import dev.pgkeel.transaction.CommitRolledBackException;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import dev.pgkeel.transaction.LedgerEntry;
import dev.pgkeel.transaction.TransactionGuard;
import dev.pgkeel.transaction.TransactionOutcome;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@code pgkeel.transaction.resolve-commit} and the templates of an
 * application, with JDBC and with JPA.
 */
@ExtendWith(OutputCaptureExtension.class)
class ResolveCommitTests {

	private static final String RESOLVE = "pgkeel.transaction.resolve-commit=true";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final PgProxy proxy = PgProxy.to(this.database.jdbcUrl());

	private final List<Integer> completions = new ArrayList<>();

	private final List<TransactionOutcome> outcomes = new ArrayList<>();

	private final AtomicInteger attempts = new AtomicInteger();

	private final ApplicationContextRunner jdbc = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
				PgkeelTransactionAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("pgkeel.runtime-profile=long-lived",
				"spring.datasource.url=" + this.proxy.jdbcUrl(this.database.name()));

	private final ApplicationContextRunner jpa = this.jdbc
		.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
		.withUserConfiguration(EntityConfiguration.class);

	@BeforeEach
	void createTable() {
		this.database.execute("create table ledger_entries (id bigint primary key)");
	}

	@AfterEach
	void close() {
		this.proxy.close();
	}

	@Test
	void nothingIsAskedByDefault() {
		cutOnce(Cut.AFTER_FORWARDING);
		this.jdbc.run((context) -> assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> insert(context, guarded(context)))
			.satisfies((ex) -> assertThat(ex.getTransactionId()).isNull()));
	}

	@Test
	void propertyIsAboutAllTransactions() {
		this.jdbc.withPropertyValues(RESOLVE).run((context) -> {
			TransactionTemplate plain = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
			context.getBean(TransactionGuard.class).observeWith((name, outcome, time) -> this.outcomes.add(outcome));
			cutOnce(Cut.BEFORE_FORWARDING);
			assertThatExceptionOfType(TransientDataAccessException.class).isThrownBy(() -> insert(context, plain))
				.withStackTraceContaining("the server says that transaction");
			cutOnce(Cut.IN_THE_ANSWER);
			insert(context, plain);
			cutOnce(Cut.AFTER_FORWARDING);
			assertThatExceptionOfType(CommitOutcomeUnknownException.class).isThrownBy(() -> notifyOnly(context, plain))
				.withMessageContaining("no id");
		});
		assertThat(this.outcomes).containsExactly(TransactionOutcome.ROLLED_BACK, TransactionOutcome.COMMITTED,
				TransactionOutcome.UNKNOWN);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_ROLLED_BACK,
				TransactionSynchronization.STATUS_COMMITTED);
		assertThat(entries()).isOne();
	}

	@Test
	void observingAsksNothing(CapturedOutput output) {
		cutOnce(Cut.AFTER_FORWARDING);
		this.jdbc.withPropertyValues(RESOLVE, "pgkeel.mode=observe")
			.run((context) -> assertThatExceptionOfType(CommitOutcomeUnknownException.class)
				.isThrownBy(() -> insert(context, guarded(context))));
		assertThat(output).contains("would have asked what became of transactions lost in COMMIT");
	}

	@Test
	void poolWithoutLeasesIsNotAsked() {
		cutOnce(Cut.AFTER_FORWARDING);
		this.jdbc.withPropertyValues("pgkeel.leak.enabled=false")
			.run((context) -> assertThatExceptionOfType(CommitOutcomeUnknownException.class)
				.isThrownBy(() -> insert(context, guarded(context).withCommitResolution()))
				.withMessageContaining("its pool is not a GuardedDataSource"));
	}

	@ParameterizedTest
	@EnumSource(names = { "AFTER_FORWARDING", "IN_THE_ANSWER" })
	void jpaReturnsNormallyWhenCommitted(Cut cut) {
		this.jpa.run((context) -> {
			cutOnce(cut);
			persist(context, guarded(context).withCommitResolution().withRetry(3));
		});
		assertThat(this.attempts).hasValue(1);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_COMMITTED);
		assertThat(entries()).isOne();
	}

	@Test
	void jpaMayRunAgainWhatWasRolledBack() {
		this.jpa.withPropertyValues(RESOLVE).run((context) -> {
			cutOnce(Cut.BEFORE_FORWARDING);
			assertThatExceptionOfType(CommitRolledBackException.class)
				.isThrownBy(() -> persist(context, guarded(context)));
			cutOnce(Cut.BEFORE_FORWARDING);
			persist(context, guarded(context).withRetry(3));
		});
		assertThat(this.attempts).hasValue(3);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_ROLLED_BACK,
				TransactionSynchronization.STATUS_ROLLED_BACK, TransactionSynchronization.STATUS_COMMITTED);
		assertThat(entries()).isOne();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void jpaLeavesTheOutcomeOpenWithoutResolution(Cut cut) {
		this.jpa.run((context) -> {
			cutOnce(cut);
			assertThatExceptionOfType(CommitOutcomeUnknownException.class)
				.isThrownBy(() -> persist(context, guarded(context).withRetry(3)));
		});
		assertThat(this.attempts).hasValue(1);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_UNKNOWN);
	}

	@Test
	void managerOfJpaTellsDeclarativeTransactionsToo() {
		this.jpa.withPropertyValues(RESOLVE).run((context) -> {
			TransactionTemplate plain = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
			context.getBean(TransactionGuard.class).observeWith((name, outcome, time) -> this.outcomes.add(outcome));
			cutOnce(Cut.BEFORE_FORWARDING);
			assertThatExceptionOfType(JpaSystemException.class).isThrownBy(() -> persist(context, plain))
				.withStackTraceContaining("the server says that transaction");
			cutOnce(Cut.AFTER_FORWARDING);
			assertThatExceptionOfType(TransactionSystemException.class).isThrownBy(() -> notifyOnly(context, plain))
				.withStackTraceContaining("so it has no id");
			cutOnce(Cut.AFTER_FORWARDING);
			persist(context, plain);
		});
		assertThat(this.outcomes).containsExactly(TransactionOutcome.ROLLED_BACK, TransactionOutcome.UNKNOWN,
				TransactionOutcome.COMMITTED);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_ROLLED_BACK,
				TransactionSynchronization.STATUS_COMMITTED);
		assertThat(entries()).isOne();
	}

	@Test
	void jpaThatLosesItsConnectionBeforeCommitHasNotCommitted() {
		this.jpa.run((context) -> assertThatThrownBy(() -> guarded(context).executeWithoutResult((status) -> {
			Integer pid = context.getBean(JdbcTemplate.class).queryForObject("select pg_backend_pid()", Integer.class);
			entities(context).persist(new LedgerEntry(1));
			this.database.execute("select pg_terminate_backend(" + pid + ", 10000)");
		})).isNotInstanceOf(CommitOutcomeUnknownException.class)
			.hasStackTraceContaining("terminating connection due to administrator command"));
		assertThat(entries()).isZero();
	}

	@Test
	@RequiresComponent("pgbouncer")
	void throughAPoolerTheServerIsAsked() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "auth_user = postgres");
				PgProxy before = PgProxy.to(pooler.jdbcUrl("postgres"))) {
			for (String direct : List.of("", this.database.directUrl())) {
				this.jdbc
					.withPropertyValues(RESOLVE, "spring.datasource.url=" + before.jdbcUrl(this.database.name()),
							"pgkeel.direct.url=" + direct)
					.run((context) -> {
						for (Cut cut : List.of(Cut.NONE, Cut.BEFORE_FORWARDING, Cut.AFTER_FORWARDING,
								Cut.IN_THE_ANSWER)) {
							AtomicInteger commits = new AtomicInteger();
							before.cutCommits(() -> (commits.getAndIncrement() == 0) ? cut : Cut.NONE);
							insert(context, guarded(context).withRetry(3));
						}
					});
			}
			assertThat(before.count(Cut.BEFORE_FORWARDING)).isEqualTo(2);
			assertThat(before.count(Cut.AFTER_FORWARDING)).isEqualTo(2);
			assertThat(before.count(Cut.IN_THE_ANSWER)).isEqualTo(2);
		}
		assertThat(entries()).isEqualTo(8);
		assertThat(this.attempts).hasValue(10);
	}

	private static GuardedTransactionTemplate guarded(ApplicationContext context) {
		return context.getBean(GuardedTransactionTemplate.class);
	}

	private void insert(ApplicationContext context, TransactionTemplate template) {
		template.executeWithoutResult((status) -> {
			note();
			context.getBean(JdbcTemplate.class)
				.update("insert into ledger_entries values ((select count(*) from ledger_entries))");
		});
	}

	private static void notifyOnly(ApplicationContext context, TransactionTemplate template) {
		template.executeWithoutResult((status) -> context.getBean(JdbcTemplate.class).execute("notify entries"));
	}

	private void persist(ApplicationContext context, TransactionTemplate template) {
		template.executeWithoutResult((status) -> {
			note();
			entities(context).persist(new LedgerEntry(1));
		});
	}

	private static EntityManager entities(ApplicationContext context) {
		return EntityManagerFactoryUtils.getTransactionalEntityManager(context.getBean(EntityManagerFactory.class));
	}

	private void note() {
		this.attempts.incrementAndGet();
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCompletion(int status) {
				ResolveCommitTests.this.completions.add(status);
			}

		});
	}

	private void cutOnce(Cut cut) {
		AtomicInteger commits = new AtomicInteger();
		this.proxy.cutCommits(() -> (commits.getAndIncrement() == 0) ? cut : Cut.NONE);
	}

	private Long entries() {
		return this.database.query("select count(*) from ledger_entries", Long.class);
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = LedgerEntry.class)
	static class EntityConfiguration {

	}

}
