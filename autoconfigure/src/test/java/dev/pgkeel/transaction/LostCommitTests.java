package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.transaction.GuardedPool.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for transactions of Spring's own template whose connection is lost after COMMIT
 * was sent.
 */
class LostCommitTests {

	private static final Duration LIMIT = Duration.ofSeconds(1);

	private final GuardedPool pool = GuardedPool.withoutLimitsOfTheServer();

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
		// The server may still be committing
		await().untilAsserted(() -> assertThat(notes()).isOne());
	}

	@ParameterizedTest
	@CsvSource({ "JDBC,true", "JDBC,false", "JPA,true", "JPA,false" })
	void lateLossIsNoTimeout(Kind kind, boolean guarded) {
		assertThat(failure(kind, guarded, true)).isNotNull().isNotInstanceOf(TransactionTimedOutException.class);
		// The server may still be committing
		await().untilAsserted(() -> assertThat(notes()).isOne());
	}

	/**
	 * Spring rolls back then, on a connection that is lost, and throws what that fails
	 * with.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void rollbackOnCommitFailureKeepsWhatTheCommitFailedWith(boolean resolve) {
		TestDatabase database = this.pool.database();
		try (PgProxy proxy = PgProxy.to(database.jdbcUrl());
				GuardedDataSource dataSource = ResolvingPools.of(proxy.jdbcUrl(database.name()), database.username(),
						database.password(), 1, resolve, Duration.ofMillis(500))) {
			JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
			manager.setRollbackOnCommitFailure(true);
			proxy.cutCommits(() -> {
				proxy.redirect(1);
				return Cut.AFTER_FORWARDING;
			});
			List<Integer> completions = new ArrayList<>();
			Throwable failure = catchThrowable(() -> new TransactionTemplate(manager).executeWithoutResult((status) -> {
				new JdbcTemplate(dataSource).update("insert into notes values ('a')");
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCompletion(int status) {
						completions.add(status);
					}

				});
			}));
			assertThat(failure).hasStackTraceContaining("I/O error");
			assertThat(CommitOutcomeUnknownException.in(failure) != null).isEqualTo(resolve);
			assertThat(completions).containsExactly(TransactionSynchronization.STATUS_UNKNOWN);
		}
	}

	/**
	 * An exception cannot be added to itself.
	 */
	@Test
	void failureOfTheRollbackCanBeAddedToThatOfTheCommit() throws SQLException {
		TestDatabase database = this.pool.database();
		try (PgProxy proxy = PgProxy.to(database.jdbcUrl());
				GuardedDataSource dataSource = ResolvingPools.of(proxy.jdbcUrl(database.name()), database.username(),
						database.password(), 1, false, Duration.ofMillis(500));
				Connection connection = dataSource.getConnection()) {
			connection.setAutoCommit(false);
			try (Statement statement = connection.createStatement()) {
				statement.executeUpdate("insert into notes values ('a')");
			}
			proxy.cutCommits(() -> Cut.AFTER_FORWARDING);
			SQLException commit = catchThrowableOfType(SQLException.class, connection::commit);
			SQLException rollback = catchThrowableOfType(SQLException.class, connection::rollback);
			commit.addSuppressed(rollback);
			assertThat(rollback.getSQLState()).isEqualTo(commit.getSQLState());
		}
	}

	private Throwable failure(Kind kind, boolean guarded, boolean late) {
		try (PgProxy proxy = PgProxy.to(this.pool.database().jdbcUrl());
				HikariDataSource dataSource = pool(proxy.jdbcUrl(this.pool.database().name()), guarded)) {
			TransactionTemplate template = new TransactionTemplate(this.pool.manager(kind, dataSource, true));
			if (late) {
				template.setTimeout((int) LIMIT.toSeconds());
			}
			JdbcTemplate jdbc = new JdbcTemplate(dataSource);
			ProxyFactory declared = new ProxyFactory(Runnable.class,
					new TransactionTimeoutInterceptor(() -> List.of(this.pool.guard())));
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

	private HikariDataSource pool(String url, boolean guarded) {
		if (guarded) {
			return ResolvingPools.of(url, this.pool.database(), 1);
		}
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(url);
		plain.setUsername(this.pool.database().username());
		plain.setPassword(this.pool.database().password());
		return plain;
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
