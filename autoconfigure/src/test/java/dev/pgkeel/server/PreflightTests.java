package dev.pgkeel.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.assertj.core.util.Throwables;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Preflight} and {@link ServerFacts}.
 */
@Tag("compatibility")
class PreflightTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = new HikariDataSource();

	PreflightTests() {
		this.pool.setJdbcUrl(this.database.jdbcUrl());
		this.pool.setUsername(this.database.username());
		this.pool.setPassword(this.database.password());
	}

	@AfterEach
	void poolWasNeverStarted() {
		assertThat(this.pool.isRunning()).isFalse();
		this.pool.close();
	}

	@Test
	void factsAreTheServers() throws SQLException {
		ServerFacts facts = facts();
		assertThat(facts.database()).isEqualTo(this.database.name());
		assertThat(facts.user()).isEqualTo("postgres");
		assertThat(facts.limits()).isEqualTo(new SessionLimits(100, 3, null, null));
		assertThat(facts.standby()).isFalse();
		assertThat(facts.versionNumber() / 10_000).isBetween(14, 18);
		assertThat(facts.version()).startsWith(String.valueOf(facts.versionNumber() / 10_000));
	}

	@Test
	void ordinaryRoleSeesItsLimits() throws SQLException {
		this.database.execute("create role limited login connection limit 7");
		this.database.execute("alter database " + this.database.name() + " connection limit 5");
		this.pool.setUsername("limited");
		ServerFacts facts = facts();
		assertThat(facts.limits()).isEqualTo(new SessionLimits(100, 3, 7, 5));
		assertThat(facts.limits().usable()).isEqualTo(5);
		assertThat(facts.seesAllSessions()).isFalse();
		assertThat(facts.tls()).isNull();
		assertThat(facts.isSupported()).isTrue();
		this.database.execute("grant pg_read_all_stats to limited");
		assertThat(facts().seesAllSessions()).isTrue();
	}

	/**
	 * A parameter of its own is all that this needs of Amazon's.
	 */
	@ParameterizedTest
	@CsvSource({ "2, 5", "'', 3", "many, 3", "-7, 3", "99999999999, 3" })
	void slotsThatAmazonReservesAreReserved(String value, int reserved) throws SQLException {
		this.database.execute("alter database " + this.database.name()
				+ " set rds.rds_superuser_reserved_connections = '" + value + "'");
		assertThat(facts().limits()).isEqualTo(new SessionLimits(100, reserved, null, null));
		try (Connection connection = new Preflight(this.pool).connect()) {
			assertThat(SnapshotQuery.run(connection, Duration.ofSeconds(30), Instant.now()).limits().reserved())
				.isEqualTo(reserved);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ":5432" })
	void passwordBeforeTheHostIsNotShown(String port) {
		String url = "jdbc:postgresql://role:canary@localhost" + port + "/notes";
		DirectConnection direct = new DirectConnection(url, null, null, Map.of(), Set.of());
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> new Preflight(this.pool, direct, Duration.ofSeconds(5)).connect())
			.satisfies(PreflightTests::namesNoPassword);
		this.pool.setJdbcUrl(url);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> new Preflight(this.pool).connectBare())
			.satisfies(PreflightTests::namesNoPassword);
	}

	private static void namesNoPassword(SQLException failure) {
		assertThat((Throwable) failure).hasMessageContaining("names a role or a password before the host");
		assertThat(Throwables.getStackTrace(failure)).doesNotContain("canary");
	}

	@Test
	void superuserIsNotBoundByLimits() throws SQLException {
		this.database.execute("create role unbound superuser login connection limit 7");
		this.database.execute("alter database " + this.database.name() + " connection limit 5");
		this.pool.setUsername("unbound");
		assertThat(facts().limits()).isEqualTo(new SessionLimits(100, 3, null, null));
	}

	@Test
	void usableLeavesOutReservedSlots() {
		assertThat(new SessionLimits(100, 5, null, null).usable()).isEqualTo(95);
		assertThat(new SessionLimits(100, 5, 20, null).usable()).isEqualTo(20);
		assertThat(new SessionLimits(100, 5, 200, 300).usable()).isEqualTo(95);
	}

	@Test
	void directConnectionGoesBesideThePoolsUrl() throws SQLException {
		this.pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/pooler");
		this.database.execute("create role direct login");
		Preflight preflight = new Preflight(this.pool,
				new DirectConnection(this.database.jdbcUrl(), "direct", null, Map.of(), Set.of()),
				Duration.ofSeconds(5));
		try (Connection connection = preflight.connect()) {
			assertThat(ServerFacts.read(connection).user()).isEqualTo("direct");
		}
		assertThatExceptionOfType(SQLException.class).isThrownBy(preflight::connectAsPool);
	}

	/**
	 * The pool gives HikariCP's own credentials to each connection.
	 */
	@Test
	void roleOfThePoolWinsOverThatOfTheDriversProperties() throws SQLException {
		this.pool.addDataSourceProperty("user", "absent");
		assertThat(facts().user()).isEqualTo(this.database.username());
		try (HikariDataSource copy = new HikariDataSource(this.pool); Connection connection = copy.getConnection()) {
			assertThat(ServerFacts.read(connection).user()).isEqualTo(this.database.username());
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void roleOfTheDirectWayIsThatOfThePoolsUrl(boolean byClass) throws SQLException {
		String role = "in_url_" + this.database.name();
		this.database.execute("create role " + role + " login");
		String url = "jdbc:postgresql://127.0.0.1:1/pooler?user=" + role + "&password=secret";
		if (byClass) {
			this.pool.setJdbcUrl(null);
			this.pool.setUsername(null);
			this.pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
			this.pool.addDataSourceProperty("url", url);
		}
		else {
			this.pool.setJdbcUrl(url);
		}
		Preflight preflight = new Preflight(this.pool,
				new DirectConnection(this.database.jdbcUrl(), null, null, Map.of(), Set.of()), Duration.ofSeconds(5));
		try (Connection connection = preflight.connect()) {
			assertThat(ServerFacts.read(connection).user()).isEqualTo(role);
		}
	}

	@Test
	void roleOfTheDirectWayWinsOverThatOfADataSourceClass() throws SQLException {
		String role = "direct_by_class_" + this.database.name();
		this.database.execute("create role " + role + " login");
		this.pool.setJdbcUrl(null);
		this.pool.setUsername(null);
		this.pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		this.pool.addDataSourceProperty("serverName", "pooler.example.com");
		this.pool.addDataSourceProperty("user", this.database.username());
		this.pool.addDataSourceProperty("password", this.database.password());
		Preflight preflight = new Preflight(this.pool,
				new DirectConnection(this.database.jdbcUrl(), role, "secret", Map.of(), Set.of()),
				Duration.ofSeconds(5));
		try (Connection connection = preflight.connect()) {
			assertThat(ServerFacts.read(connection).user()).isEqualTo(role);
		}
	}

	@Test
	void serverThatIsNotUpYetIsWaitedFor() throws Exception {
		int port = freePort();
		this.pool.setJdbcUrl("jdbc:postgresql://localhost:" + port + "/postgres");
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			Future<Connection> waiting = executor
				.submit(new Preflight(this.pool, null, Duration.ofSeconds(60))::connectWhenUp);
			try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, port);
					Connection connection = waiting.get()) {
				assertThat(ServerFacts.read(connection).version()).isEqualTo(server.version());
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void serverBehindAPortThatIsOpenEarlierIsWaitedFor() throws Exception {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			int port;
			Future<Connection> waiting;
			try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
				port = proxy.getLocalPort();
				this.pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + port + "/postgres");
				waiting = executor.submit(new Preflight(this.pool, null, Duration.ofSeconds(60))::connectWhenUp);
				proxy.accept().close();
			}
			try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, port);
					Connection connection = waiting.get()) {
				assertThat(ServerFacts.read(connection).version()).isEqualTo(server.version());
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void waitingForTheServerEnds() {
		this.pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		Preflight preflight = new Preflight(this.pool, null, Duration.ofMillis(300));
		assertThatExceptionOfType(SQLException.class).isThrownBy(preflight::connectWhenUp)
			.withMessageContaining("refused");
	}

	@Test
	void sessionThatEndsInTimeIsWaitedFor() throws Exception {
		this.database.execute("create role narrow login connection limit 1");
		this.pool.setJdbcUrl(this.database.jdbcUrl());
		this.pool.setUsername("narrow");
		Preflight preflight = new Preflight(this.pool, null, Duration.ofSeconds(60));
		ExecutorService executor = Executors.newSingleThreadExecutor();
		Connection only = preflight.connect();
		try {
			assertThatExceptionOfType(SQLException.class).isThrownBy(preflight::connectWhenUp)
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("53300"));
			Future<Connection> waiting = executor.submit(preflight::connectWhenUp);
			only.close();
			try (Connection connection = waiting.get()) {
				assertThat(ServerFacts.read(connection).user()).isEqualTo("narrow");
			}
		}
		finally {
			only.close();
			executor.shutdownNow();
		}
	}

	@Test
	void whatWouldFailAgainFailsAtOnce() {
		this.pool.setJdbcUrl(this.database.jdbcUrl() + "_absent");
		Preflight preflight = new Preflight(this.pool, null, Duration.ofHours(1));
		assertThatExceptionOfType(SQLException.class).isThrownBy(preflight::connectWhenUp)
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("3D000"));
	}

	@Test
	void muteServerIsGivenUp() throws IOException {
		try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			this.pool.setJdbcUrl("jdbc:postgresql://localhost:" + mute.getLocalPort() + "/mute");
			Preflight preflight = new Preflight(this.pool, null, Duration.ofSeconds(1));
			assertThatExceptionOfType(SQLException.class).isThrownBy(preflight::connect);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void muteServerOfADataSourceIsGivenUpToo(boolean byClass) throws Exception {
		try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			String url = "jdbc:postgresql://localhost:" + mute.getLocalPort() + "/mute";
			this.pool.setJdbcUrl(null);
			if (byClass) {
				this.pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
				this.pool.addDataSourceProperty("url", url);
			}
			else {
				PGSimpleDataSource dataSource = new PGSimpleDataSource();
				dataSource.setUrl(url);
				this.pool.setDataSource(dataSource);
			}
			Preflight preflight = new Preflight(this.pool, null, Duration.ofSeconds(1));
			FutureTask<Connection> connecting = new FutureTask<>(preflight::connect);
			new Thread(connecting, "connecting").start();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> connecting.get(20, TimeUnit.SECONDS))
				.withCauseInstanceOf(SQLException.class);
		}
	}

	@Test
	void connectionHasThePoolsPropertiesSchemaAndInitSql() throws SQLException {
		this.database.execute("create schema app");
		this.pool.addDataSourceProperty("ApplicationName", "notes/abc123");
		this.pool.setSchema("app");
		this.pool.setConnectionInitSql("set work_mem = '5MB'");
		assertThat(setting("application_name")).isEqualTo("notes/abc123");
		assertThat(setting("search_path")).isEqualTo("app");
		assertThat(setting("work_mem")).isEqualTo("5MB");
	}

	@Test
	void credentialsAreAskedForEachConnection() throws SQLException {
		this.database.execute("create role rotated login password 'first'");
		this.pool.setUsername(null);
		this.pool.setPassword(null);
		int[] asked = new int[1];
		this.pool.setCredentialsProvider(() -> {
			asked[0]++;
			return new Credentials("rotated", "first");
		});
		assertThat(facts().user()).isEqualTo("rotated");
		assertThat(facts().user()).isEqualTo("rotated");
		assertThat(asked[0]).isEqualTo(2);
	}

	@Test
	void credentialsThatCannotBeHadAreAFailureToConnect() {
		this.pool.setCredentialsProvider(() -> {
			throw new IllegalStateException("the vault is sealed");
		});
		assertThatExceptionOfType(SQLException.class).isThrownBy(new Preflight(this.pool)::connect)
			.withMessage("The pool's credentials provider failed: the vault is sealed")
			.withCauseInstanceOf(IllegalStateException.class);
	}

	@Test
	void dataSourceClassIsUsed() throws SQLException {
		this.pool.setJdbcUrl(null);
		this.pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		this.pool.addDataSourceProperty("url", this.database.jdbcUrl());
		assertThat(facts().database()).isEqualTo(this.database.name());
	}

	@Test
	void dataSourceInsideThePoolIsUsed() throws SQLException {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(this.database.jdbcUrl());
		this.pool.setDataSource(dataSource);
		assertThat(facts().database()).isEqualTo(this.database.name());
	}

	@Test
	void otherDataSourceIsAskedForAConnection() throws SQLException {
		SimpleDriverDataSource dataSource = new SimpleDriverDataSource(new Driver(), this.database.jdbcUrl(),
				this.database.username(), this.database.password());
		try (Connection connection = new Preflight(dataSource).connect()) {
			assertThat(Preflight.isPostgres(connection)).isTrue();
			assertThat(ServerFacts.read(connection).database()).isEqualTo(this.database.name());
		}
	}

	@Test
	void connectionOfAnotherDatabaseIsRecognized() throws SQLException {
		SimpleDriverDataSource dataSource = new SimpleDriverDataSource(new org.h2.Driver(), "jdbc:h2:mem:preflight");
		try (Connection connection = new Preflight(dataSource).connect()) {
			assertThat(Preflight.isPostgres(connection)).isFalse();
		}
	}

	@Test
	void connectionIsClosedWhenItCannotBePrepared() {
		this.pool.setConnectionInitSql("set no_such_setting = 1");
		assertThatExceptionOfType(SQLException.class).isThrownBy(this::facts)
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("42704"));
		Awaitility.await()
			.until(() -> this.database.query("select count(*) from pg_stat_activity where datname = current_database()"
					+ " and pid <> pg_backend_pid()", Long.class) == 0);
	}

	private ServerFacts facts() throws SQLException {
		try (Connection connection = new Preflight(this.pool).connect()) {
			return ServerFacts.read(connection);
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private String setting(String name) throws SQLException {
		try (Connection connection = new Preflight(this.pool).connect();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("show " + name)) {
			row.next();
			return row.getString(1);
		}
	}

}
