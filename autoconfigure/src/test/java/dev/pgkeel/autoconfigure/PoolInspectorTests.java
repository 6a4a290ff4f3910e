package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.util.Credentials;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.tls.TlsDecision;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PoolInspector}.
 */
@ExtendWith(OutputCaptureExtension.class)
class PoolInspectorTests {

	private final KnownServers servers = new KnownServers();

	@Test
	void serverThatComesUpLaterIsLearnedInTheBackground(CapturedOutput output) throws IOException {
		int port = freePort();
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://localhost:" + port + "/postgres");
			pool.setUsername("postgres");
			inspector.inspect(pool, "pool",
					(connection, facts, refusable) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"), false);
			assertThat(this.servers.get(pool)).isNull();
			try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, port)) {
				Awaitility.await().until(() -> this.servers.get(pool) != null);
				assertThat(this.servers.get(pool).facts().version()).isEqualTo(server.version());
			}
			assertThat(pool.isRunning()).isFalse();
		}
		finally {
			inspector.destroy();
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains(".PoolInspector "))).hasSize(2)
			.first()
			.asString()
			.contains(" WARN ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "app:s3cret@db.invalid:5432/notes", "app:s3cret@db.invalid/notes", "app:s3cret@db.invalid",
			"app:s3cret/s3cret@db.invalid/notes", "app:s3cret?s3cret@db.invalid/notes" })
	void passwordBeforeTheHostIsNotLogged(String url, CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelPoolAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://" + url)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("is not inspected: its URL names a role or a password before the host")
			.doesNotContain("s3cret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:postgresql://app:s3cret@db.invalid:5432/notes",
			"postgres://app:s3cret@db.invalid/notes" })
	void passwordInTheUrlOfADataSourceClassIsNotLogged(String url, CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class))
			.withUserConfiguration(BarePool.class)
			.withPropertyValues("spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
					"spring.datasource.hikari.data-source-properties.url=" + url)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("bare - is not inspected: its URL").doesNotContain("s3cret");
	}

	@Test
	void serverThatDoesNotTellIsNotAskedAgain(CapturedOutput output) {
		TestDatabase database = TestServer.shared().newDatabase();
		String role = "curious_" + database.name();
		database.execute("create role " + role + " login");
		database.execute("revoke execute on function pg_catalog.pg_is_in_recovery() from public");
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(database.directUrl());
			pool.setUsername(role);
			inspector.inspect(pool, "pool",
					(connection, facts, refusable) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"), false);
			assertThat(output).contains("pool - the server does not tell about itself, and is not asked again",
					"pg_is_in_recovery (SQLSTATE 42501)");
			assertThat(output).doesNotContain("cannot be reached yet");
			assertThat(this.servers.get(pool)).isNull();
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void credentialsThatCannotBeHadYetAreAskedForAgain(CapturedOutput output) {
		TestDatabase database = TestServer.shared().newDatabase();
		AtomicInteger asked = new AtomicInteger();
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(database.jdbcUrl());
			pool.setCredentialsProvider(() -> {
				if (asked.incrementAndGet() < 3) {
					throw new IllegalStateException("the vault is sealed");
				}
				return new Credentials(database.username(), database.password());
			});
			inspector.inspect(pool, "pool",
					(connection, facts, refusable) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"), false);
			Awaitility.await().until(() -> this.servers.get(pool) != null);
		}
		finally {
			inspector.destroy();
		}
		assertThat(output).containsOnlyOnce("is asked again every 0 s: The pool's credentials provider failed");
	}

	@Test
	void closedPoolIsNotAskedFor() throws InterruptedException {
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		pool.close();
		inspector.inspect(pool, "pool",
				(connection, facts, refusable) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"), false);
		inspector.destroy();
		assertThat(this.servers.get(pool)).isNull();
	}

	@Test
	void poolThatIsGivenOutMeanwhileIsNotRefused(CapturedOutput output) {
		CountDownLatch given = new CountDownLatch(1);
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			inspector.inspect(pool, "pool", (connection, facts, refusable) -> {
				assertThat(refusable.getAsBoolean()).isTrue();
				awaitQuietly(given);
				if (refusable.getAsBoolean()) {
					throw new OverBudgetException("too large", "Shrink it");
				}
				return new KnownServer(facts, Pooler.DIRECT, "plaintext");
			}, true);
			assertThat(output).contains("pool - the server has not answered for 5 s");
			given.countDown();
			Awaitility.await().until(() -> this.servers.get(pool) != null);
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void guardedPoolIsGivenOutAtOnceAndWaitsBeforeItStarts() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch answer = new CountDownLatch(1);
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			inspector.inspect(pool, "pool", (connection, facts, refusable) -> {
				asked.countDown();
				return adapting(pool, answer).inspect(connection, facts, refusable);
			}, false);
			CompletableFuture<Integer> threshold = CompletableFuture.supplyAsync(() -> prepareThreshold(pool));
			asked.await();
			assertThat(pool.isRunning()).isFalse();
			assertThat(threshold).isNotDone();
			answer.countDown();
			assertThat(threshold.get()).isZero();
			assertThat(this.servers.get(pool)).isNotNull();
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void borrowerThatIsInterruptedDoesNotStartThePoolForOthers() throws Exception {
		CountDownLatch answer = new CountDownLatch(1);
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			inspector.inspect(pool, "pool", adapting(pool, answer), false);
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(SQLException.class).isThrownBy(pool::getConnection)
				.withMessage("pool - Interrupted during connection acquisition");
			assertThat(Thread.interrupted()).isTrue();
			assertThat(pool.isRunning()).isFalse();
			CompletableFuture<Integer> threshold = CompletableFuture.supplyAsync(() -> prepareThreshold(pool));
			answer.countDown();
			assertThat(threshold.get()).isZero();
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void copyOfAPoolIsAsThePoolWillBe() {
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			inspector.inspect(pool, "pool", adapting(pool, new CountDownLatch(0)), false);
			HikariConfig copy = new HikariConfig();
			pool.copyStateTo(copy);
			assertThat(copy.getDataSourceProperties()).containsEntry("prepareThreshold", "0");
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void poolDoesNotWaitForTheServerOfAnotherOne() {
		CountDownLatch answer = new CountDownLatch(1);
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource silent = guarded(); GuardedDataSource pool = guarded()) {
			inspector.inspect(silent, "silent", adapting(silent, answer), false);
			inspector.inspect(pool, "pool", adapting(pool, new CountDownLatch(0)), false);
			assertThat(prepareThreshold(pool)).isZero();
			assertThat(this.servers.get(pool)).isNotNull();
			assertThat(this.servers.get(silent)).isNull();
			answer.countDown();
			inspector.afterSingletonsInstantiated();
			assertThat(this.servers.get(silent)).isNotNull();
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void serverIsKnownWhenAllBeansAreMade() {
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			inspector.inspect(pool, "pool",
					(connection, facts, refusable) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"), false);
			inspector.afterSingletonsInstantiated();
			assertThat(this.servers.get(pool)).isNotNull();
			assertThat(pool.isRunning()).isFalse();
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void contextThatFailsMeanwhileEndsTheLookWithoutAWarning(CapturedOutput output) throws Exception {
		CompletableFuture<Thread> looks = new CompletableFuture<>();
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			inspector.inspect(pool, "pool", (connection, facts, refusable) -> {
				looks.complete(Thread.currentThread());
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					throw new SQLException(ex);
				}
				return new KnownServer(facts, Pooler.DIRECT, "plaintext");
			}, false);
			Thread looking = looks.get();
			inspector.destroy();
			Awaitility.await().until(() -> !looking.isAlive());
			assertThat(this.servers.get(pool)).isNull();
			assertThat(output).doesNotContain("cannot be reached");
			assertThat(prepareThreshold(pool)).isEqualTo(5);
		}
	}

	@Test
	void poolThatMayBeRefusedIsNotGivenOutBefore() {
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (GuardedDataSource pool = guarded()) {
			assertThatExceptionOfType(OverBudgetException.class)
				.isThrownBy(() -> inspector.inspect(pool, "pool", (connection, facts, refusable) -> {
					throw new OverBudgetException("too large", "Shrink it");
				}, true));
		}
		finally {
			inspector.destroy();
		}
	}

	@Test
	void poolThatIsBeingStartedIsNotSaidToBeAdapted(CapturedOutput output) throws Exception {
		TestDatabase database = TestServer.shared().newDatabase();
		CountDownLatch starting = new CountDownLatch(1);
		CountDownLatch start = new CountDownLatch(1);
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelPoolAutoConfiguration.class))
			.withPropertyValues(database.properties())
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent",
					"pgkeel.pooler=transaction")
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				pool.setJdbcUrl(database.jdbcUrl());
				// As if the look alone found the pooler
				pool.getDataSourceProperties().remove("prepareThreshold");
				pool.setMetricsTrackerFactory((name, figures) -> {
					starting.countDown();
					awaitQuietly(start);
					return new IMetricsTracker() {
					};
				});
				FutureTask<Connection> borrow = new FutureTask<>(pool::getConnection);
				new Thread(borrow, "borrows").start();
				starting.await();
				Connection first = database.connect();
				FutureTask<KnownServer> look = new FutureTask<>(
						() -> look(context, pool, first, new TlsDecision(null, "for a test", Map.of())));
				Thread looks = new Thread(look, "looks");
				looks.start();
				// Before it waits for the lock of the pool that starts
				Awaitility.await().until(first::isClosed);
				Awaitility.await().until(() -> look.isDone() || looks.getState() == Thread.State.BLOCKED);
				start.countDown();
				assertThat(look.get().pooler()).isEqualTo(Pooler.TRANSACTION);
				borrow.get().close();
				assertThat(pool.getDataSourceProperties()).doesNotContainKey("prepareThreshold");
			});
		assertThat(output).contains("dataSource - runs already without prepareThreshold=0");
	}

	@Test
	void plaintextThatNobodyAskedForIsNamed(CapturedOutput output) throws Exception {
		TestDatabase database = TestServer.shared().newDatabase();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelPoolAutoConfiguration.class))
			.withPropertyValues(database.properties())
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				look(context, pool, database, new TlsDecision(null, "for a test", Map.of(), false));
				assertThat(output).doesNotContain("over a network that may be public");
				look(context, pool, database, new TlsDecision(null, "for a test", Map.of(), true));
			});
		assertThat(output).contains("dataSource - plaintext, over a network that may be public");
	}

	private static KnownServer look(ApplicationContext context, HikariDataSource pool, TestDatabase database,
			TlsDecision decision) throws SQLException {
		return look(context, pool, database.connect(), decision);
	}

	private static KnownServer look(ApplicationContext context, HikariDataSource pool, Connection first,
			TlsDecision decision) throws SQLException {
		try (Connection connection = first) {
			return context.getBean(PoolInspection.class)
				.inspect(pool, "dataSource", null, decision, connection, ServerFacts.read(connection), () -> false);
		}
	}

	@Test
	void poolThatWasGivenOutIsNotRefusedAnyMore() throws IOException {
		int port = freePort();
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://localhost:" + port + "/postgres");
			pool.setUsername("postgres");
			inspector.inspect(pool, "pool", (connection, facts, refusable) -> {
				if (refusable.getAsBoolean()) {
					throw new OverBudgetException("too large", "Shrink it");
				}
				return new KnownServer(facts, Pooler.DIRECT, "plaintext");
			}, true);
			try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, port)) {
				Awaitility.await().until(() -> this.servers.get(pool) != null);
				assertThat(this.servers.get(pool).facts().version()).isEqualTo(server.version());
			}
		}
		finally {
			inspector.destroy();
		}
	}

	private static GuardedDataSource guarded() {
		HikariDataSource pool = new HikariDataSource();
		TestDatabase database = TestServer.shared().newDatabase();
		pool.setJdbcUrl(database.jdbcUrl());
		pool.setUsername(database.username());
		pool.setPassword(database.password());
		pool.setMaximumPoolSize(1);
		return GuardedDataSource.of(pool, "pool",
				new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE, true),
				(event) -> {
				});
	}

	/**
	 * Concludes, once it may, that the pool must not have named statements.
	 */
	private static PoolInspector.Inspection adapting(GuardedDataSource pool, CountDownLatch answer) {
		return (connection, facts, refusable) -> {
			awaitQuietly(answer);
			pool.addDataSourceProperty("prepareThreshold", "0");
			return new KnownServer(facts, Pooler.DIRECT, "plaintext");
		};
	}

	private static int prepareThreshold(GuardedDataSource pool) {
		try (Connection connection = pool.getConnection()) {
			return connection.unwrap(PGConnection.class).getPrepareThreshold();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class BarePool {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource bare() {
			return new HikariDataSource();
		}

	}

}
