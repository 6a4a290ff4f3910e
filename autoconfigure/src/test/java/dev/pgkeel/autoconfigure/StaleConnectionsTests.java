package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.ReadOnlyWatch;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StaleConnections} and {@link ReadOnlyWatch}.
 */
@ExtendWith(OutputCaptureExtension.class)
class StaleConnectionsTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("spring.datasource.hikari.maximum-pool-size=2");

	StaleConnectionsTests() {
		this.database.execute("create table notes (id int)");
	}

	@Test
	void connectionsThatOnlyReadAreReplacedWhenNewOnesCanWrite(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			HikariDataSource pool = poolThatOnlyReads(context);
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> write(pool))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
			Awaitility.await().ignoreExceptionsInstanceOf(SQLException.class).untilAsserted(() -> write(pool));
			Awaitility.await().until(() -> !lines(output).isEmpty());
		});
		assertThat(lines(output)).singleElement()
			.asString()
			.contains(" WARN ", "only reads by now", "replaced them")
			.doesNotContain("would have");
	}

	@Test
	void callerSeesItsOwnFailureWhereNoThreadIsToBeHad() {
		AtomicInteger calls = new AtomicInteger();
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1) {

			@Override
			public void execute(Runnable command) {
				calls.incrementAndGet();
				throw new OutOfMemoryError("unable to create native thread");
			}

		};
		try (HikariDataSource pool = new HikariDataSource()) {
			StaleConnections connections = new StaleConnections(pool, "pool", PgkeelMode.ENFORCE, executor);
			connections.run();
			connections.run();
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(calls).hasValue(2);
	}

	@Test
	void suspendedPoolIsNotWaitedFor() {
		this.contextRunner.withPropertyValues("spring.datasource.hikari.allow-pool-suspension=true").run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			pool.getConnection().close();
			pool.getHikariPoolMXBean().suspendPool();
			ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
			new StaleConnections(pool, "pool", PgkeelMode.ENFORCE, executor).run();
			executor.shutdown();
			try {
				assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
			}
			finally {
				pool.getHikariPoolMXBean().resumePool();
			}
		});
	}

	@Test
	void runningTransactionIsNotTouched() {
		this.contextRunner.run((context) -> {
			HikariDataSource pool = poolThatOnlyReads(context);
			try (Connection busy = pool.getConnection(); Statement statement = busy.createStatement()) {
				busy.setAutoCommit(false);
				statement.execute("select 1");
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> write(pool));
				Awaitility.await().ignoreExceptionsInstanceOf(SQLException.class).untilAsserted(() -> write(pool));
				statement.execute("select 1");
				busy.commit();
			}
		});
	}

	@Test
	void observedConnectionsAreKept(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.mode=observe").run((context) -> {
			HikariDataSource pool = poolThatOnlyReads(context);
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> write(pool));
			Awaitility.await().until(() -> !lines(output).isEmpty());
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> write(pool));
		});
		assertThat(lines(output)).first().asString().contains("would have replaced them");
	}

	@Test
	void transactionThatTheApplicationMadeReadOnlyIsNoReason(CapturedOutput output) {
		this.contextRunner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1").run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			int pid = pid(pool);
			try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				connection.setReadOnly(true);
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> statement.execute("insert into notes values (1)"))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
			}
			write(pool);
			assertThat(pid(pool)).isEqualTo(pid);
		});
		assertThat(lines(output)).isEmpty();
	}

	@Test
	void overrideOfTheUserDecides() {
		SQLExceptionOverride users = new SQLExceptionOverride() {

			@java.lang.Override
			public Override adjudicate(SQLException ex) {
				return Override.DO_NOT_EVICT;
			}

		};
		int[] suspicions = new int[1];
		ReadOnlyWatch watch = new ReadOnlyWatch(users, () -> suspicions[0]++);
		assertThat(watch.adjudicate(new SQLException("x", "25006")))
			.isEqualTo(SQLExceptionOverride.Override.DO_NOT_EVICT);
		assertThat(watch.adjudicate(new SQLException("x", "08006")))
			.isEqualTo(SQLExceptionOverride.Override.DO_NOT_EVICT);
		assertThat(new ReadOnlyWatch(null, () -> suspicions[0]++).adjudicate(new SQLException("x", "08006")))
			.isEqualTo(SQLExceptionOverride.Override.CONTINUE_EVICT);
		assertThat(suspicions[0]).isOne();
	}

	/**
	 * Fills a pool while the database only reads, and then lets new sessions write, as a
	 * failover does.
	 */
	private HikariDataSource poolThatOnlyReads(AssertableApplicationContext context) throws SQLException {
		this.database.execute("alter database " + this.database.name() + " set default_transaction_read_only = on");
		HikariDataSource pool = context.getBean(HikariDataSource.class);
		pool.getConnection().close();
		Awaitility.await().until(() -> pool.getHikariPoolMXBean().getTotalConnections() == 2);
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("set default_transaction_read_only = off");
			statement.execute("alter database " + this.database.name() + " reset default_transaction_read_only");
		}
		return pool;
	}

	private static void write(HikariDataSource pool) throws SQLException {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("insert into notes values (1)");
		}
	}

	private static int pid(HikariDataSource pool) throws SQLException {
		try (Connection connection = pool.getConnection()) {
			return connection.unwrap(PGConnection.class).getBackendPID();
		}
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".StaleConnections ")).toList();
	}

}
