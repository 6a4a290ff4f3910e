package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TransactionLimits}.
 */
@Tag("compatibility")
@Tag("hikaricp")
class TransactionLimitsTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = pool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool);

	private HikariDataSource pool() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(this.database.jdbcUrl());
		dataSource.setUsername(this.database.username());
		dataSource.setPassword(this.database.password());
		dataSource.setMaximumPoolSize(2);
		return dataSource;
	}

	@AfterEach
	void connectionsAreBack() {
		if (this.pool.isRunning()) {
			assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		}
		this.pool.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void rawStatementIsCancelled(boolean serverSide) {
		try (TransactionGuard limits = guard(serverSide)) {
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> template(limits).executeWithoutResult((status) -> raw("select pg_sleep(60)")))
				.withMessageContaining("its limit is 1.0 s");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void idleTransactionDoesNotCommit(boolean serverSide) {
		this.jdbc.execute("create table notes (body text)");
		try (TransactionGuard limits = guard(serverSide)) {
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> template(limits).executeWithoutResult((status) -> {
					raw("insert into notes values ('a')");
					idle(limits.find(status).deadline());
				}));
		}
		assertThat(this.database.query("select count(*) from notes", Long.class)).isZero();
	}

	@Test
	void serverIsToldForThisTransactionOnly() {
		try (TransactionGuard limits = guard(true)) {
			template(limits).executeWithoutResult(
					(status) -> assertThat(this.jdbc.queryForObject(serversOwn(), String.class)).isNotEqualTo("0"));
		}
		assertThat(this.jdbc.queryForObject(serversOwn(), String.class)).isEqualTo("0");
	}

	private static String serversOwn() {
		return "show " + ((TestServer.shared().majorVersion() >= 17) ? "transaction_timeout"
				: "idle_in_transaction_session_timeout");
	}

	@Test
	void limitOfNothingIsOverAtOnce() {
		this.jdbc.execute("create table notes (body text)");
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setTimeout(0);
		try (TransactionGuard limits = guard(true)) {
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> new GuardedTransactionTemplate(manager(limits), definition, limits)
					.executeWithoutResult((status) -> raw("insert into notes values ('a')")));
		}
		assertThat(this.database.query("select count(*) from notes", Long.class)).isZero();
	}

	@Test
	void transactionWithoutALimitHasNone() {
		try (TransactionGuard limits = guard(true)) {
			new GuardedTransactionTemplate(manager(limits), new DefaultTransactionDefinition(), limits)
				.executeWithoutResult((status) -> {
					assertThat(limits.find(status).deadline()).isNull();
					assertThat(this.jdbc.queryForObject(serversOwn(), String.class)).isEqualTo("0");
				});
		}
	}

	@Test
	void observedTransactionFetchesNoConnectionBeforeItsFirstStatement() {
		TransactionGuardSettings observed = new TransactionGuardSettings(PgkeelMode.OBSERVE, true,
				Duration.ofSeconds(5), null);
		try (TransactionGuard limits = new TransactionGuard(observed, (dataSource, holder) -> null)) {
			lazily(limits, this.pool, (status) -> {
				assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
				assertThat(limits.find(status).deadline()).isNotNull();
			});
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionIsNotFetchedForTheLimitThatHoldsOnceItIs(boolean serverSide) {
		try (TransactionGuard limits = guard(serverSide)) {
			LazyConnectionDataSourceProxy late = new LazyConnectionDataSourceProxy(this.pool);
			JdbcTransactionManager manager = new JdbcTransactionManager(late);
			manager.addListener(limits);
			GuardedTransactionTemplate template = new GuardedTransactionTemplate(manager,
					new DefaultTransactionDefinition(), limits)
				.withTimeout(Duration.ofSeconds(1));
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> template.executeWithoutResult((status) -> {
					assertThat(active()).isZero();
					raw(late, "select pg_sleep(60)");
				}))
				.withMessageContaining("its limit is 1.0 s");
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> template.executeWithoutResult((status) -> idle(limits.find(status).deadline())));
			assertThat(active()).isZero();
		}
	}

	private int active() {
		return this.pool.isRunning() ? this.pool.getHikariPoolMXBean().getActiveConnections() : 0;
	}

	@Test
	void otherDatabaseIsNotLimitedAndItsConnectionNotFetched() {
		try (TransactionGuard limits = guard(true); HikariDataSource other = new HikariDataSource()) {
			other.setJdbcUrl("jdbc:h2:mem:limits");
			lazily(limits, other, (status) -> {
				assertThat(other.getHikariPoolMXBean().getActiveConnections()).isZero();
				assertThat(limits.find(status).deadline()).isNull();
			});
		}
	}

	private static void lazily(TransactionGuard limits, DataSource dataSource, Consumer<TransactionStatus> callback) {
		JdbcTransactionManager manager = new JdbcTransactionManager(new LazyConnectionDataSourceProxy(dataSource));
		manager.addListener(limits);
		TransactionTemplate template = new TransactionTemplate(manager);
		template.setTimeout(60);
		template.executeWithoutResult(callback);
	}

	@Test
	void failureOfTheCallbackKeepsItsTypeAfterTheLimit() {
		try (TransactionGuard limits = guard(false)) {
			assertThatIllegalStateException().isThrownBy(() -> template(limits).executeWithoutResult((status) -> {
				idle(limits.find(status).deadline());
				throw new IllegalStateException("callback");
			})).withMessage("callback");
		}
	}

	@Test
	void variationsLeaveTheTemplateAsItIs() {
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(new JdbcTransactionManager(this.pool));
		assertThat(template.withTimeout(Duration.ofSeconds(3)).getTimeout()).isEqualTo(3);
		assertThat(template.readOnly().isReadOnly()).isTrue();
		assertThat(template.getTimeout()).isEqualTo(-1);
		assertThat(template.isReadOnly()).isFalse();
	}

	@Test
	void fractionOfASecondIsRefused() {
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(new JdbcTransactionManager(this.pool));
		assertThatIllegalArgumentException().isThrownBy(() -> template.withTimeout(Duration.ofMillis(1500)))
			.withMessageContaining("PT1.5S");
	}

	private static TransactionGuard guard(boolean serverSide) {
		return new TransactionGuard(
				new TransactionGuardSettings(PgkeelMode.ENFORCE, serverSide, Duration.ofSeconds(5), null),
				(dataSource, holder) -> null);
	}

	private JdbcTransactionManager manager(TransactionGuard limits) {
		JdbcTransactionManager manager = new JdbcTransactionManager(this.pool);
		manager.addListener(limits);
		return manager;
	}

	private GuardedTransactionTemplate template(TransactionGuard limits) {
		return new GuardedTransactionTemplate(manager(limits), new DefaultTransactionDefinition(), limits)
			.withTimeout(Duration.ofSeconds(1));
	}

	private void raw(String sql) {
		raw(this.pool, sql);
	}

	private static void raw(DataSource dataSource, String sql) {
		Connection connection = DataSourceUtils.getConnection(dataSource);
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void idle(Deadline deadline) {
		await().atMost(Duration.ofSeconds(30)).until(deadline::isExpired);
	}

}
