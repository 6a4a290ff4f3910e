package dev.pgkeel.autoconfigure;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.Certificates;
import dev.pgkeel.testsupport.PasswordServer;
import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.RefusingServer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectFailureAnalyzer}: each failure is provoked for real, but for
 * the one of a server that starts. {@code docs/errors.md} has to have the same texts.
 */
class ConnectFailureTests {

	private static final String CANARY = "canary-in-the-coal-mine";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private ConfigurableApplicationContext context;

	private String description;

	private final ApplicationContextRunner withoutPassword = new ApplicationContextRunner()
		.withInitializer((context) -> this.context = context)
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues("spring.datasource.url=" + this.database.jdbcUrl(),
				"spring.datasource.username=" + this.database.username(), "pgkeel.preflight.timeout=1s",
				"spring.datasource.hikari.data-source-properties.loginTimeout=30");

	private final ApplicationContextRunner contextRunner = this.withoutPassword
		.withPropertyValues("spring.datasource.password=" + CANARY);

	@Test
	void unreachableServer() {
		failsWith("it cannot be reached", "Start the server, correct host and port in spring.datasource.url",
				"spring.datasource.url=jdbc:postgresql://127.0.0.1:1/notes?password=" + CANARY);
	}

	/**
	 * The exception does not tell which of them it is from, so neither is named as the
	 * culprit.
	 */
	@Test
	void oneOfTwoDataSources() {
		this.contextRunner
			.withBean("reports", HikariDataSource.class, () -> pool("jdbc:postgresql://127.0.0.1:1/reports"))
			.withBean("dataSource", HikariDataSource.class, () -> pool(this.database.jdbcUrl()))
			.withBean("report", Connection.class, () -> connection(this.context, "reports"))
			.run((context) -> {
				FailureAnalysis analysis = analysis(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith(
						"There is no connection to the server of one of the data sources (reports, dataSource), since"
								+ " it cannot be reached: ");
				assertThat(analysis.getAction()).startsWith("Start the server, correct host and port in")
					.endsWith(
							" If it is not the data source of spring.datasource, its own properties are meant instead.");
			});
	}

	@Test
	void otherDatabaseIsLeftToOthers() throws SQLException {
		String url = "jdbc:h2:mem:" + this.database.name();
		try (Connection first = DriverManager.getConnection(url, "sa", "right")) {
			assertThat(first.isValid(1)).isTrue();
			this.contextRunner
				.withPropertyValues("spring.datasource.url=" + url, "spring.datasource.username=sa",
						"pgkeel.schema.enabled=false")
				.withBean("notes", Connection.class, () -> connection(this.context, "dataSource"))
				.run((context) -> {
					Throwable failure = context.getStartupFailure();
					assertThat(failure).hasRootCauseInstanceOf(SQLInvalidAuthorizationSpecException.class);
					ConfigurableEnvironment environment = this.context.getEnvironment();
					assertThat(new ConnectFailureAnalyzer(environment, this.context.getBeanFactory()).analyze(failure))
						.isNull();
				});
		}
	}

	private HikariDataSource pool(String url) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setUsername(this.database.username());
		pool.setInitializationFailTimeout(0);
		pool.setConnectionTimeout(500);
		return pool;
	}

	private static Connection connection(ConfigurableApplicationContext context, String dataSource) {
		try {
			return context.getBean(dataSource, DataSource.class).getConnection();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void serverThatHangsUp() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			Thread server = new Thread(() -> hangUp(socket));
			server.setDaemon(true);
			server.start();
			failsWith("the connection broke while it was made", "Let PostgreSQL listen at that host and port",
					"spring.datasource.url=jdbc:postgresql://localhost:" + socket.getLocalPort()
							+ "/notes?sslmode=disable",
					"spring.datasource.hikari.data-source-properties.loginTimeout=1");
		}
	}

	/**
	 * As a load balancer does that has no server behind it.
	 */
	private static void hangUp(ServerSocket socket) {
		try {
			while (true) {
				try (Socket client = socket.accept()) {
					DataInputStream in = new DataInputStream(client.getInputStream());
					in.readNBytes(in.readInt() - Integer.BYTES);
				}
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	@Test
	void serverThatSaysNothing() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			failsWith("it accepts connections and does not answer", "Look into the server's log",
					"spring.datasource.url=jdbc:postgresql://localhost:" + socket.getLocalPort()
							+ "/notes?sslmode=disable",
					"spring.datasource.hikari.data-source-properties.loginTimeout=1");
		}
	}

	@Test
	@RequiresComponent("openssl")
	void certificateForAnotherHost(@TempDir Path folder) throws Exception {
		Certificates certificates = new Certificates(folder);
		certificates.issue("server", "db.example.com", 30);
		try (EmbeddedPostgres server = EmbeddedPostgres.builder()
			.setServerConfig("ssl", "on")
			.setServerConfig("ssl_cert_file", certificates.certificate("server").toString())
			.setServerConfig("ssl_key_file", certificates.key("server").toString())
			.start()) {
			failsWith("the server's certificate is for another host", "Connect by the name that the certificate is for",
					"spring.datasource.url=jdbc:postgresql://localhost:" + server.getPort()
							+ "/postgres?sslmode=verify-full&sslrootcert=" + certificates.root(),
					"pgkeel.preflight.timeout=30s");
			assertThat(this.description).contains("localhost", "(the certificate is for db.example.com)");
		}
	}

	@Test
	void unknownHost() {
		failsWith("its host name is unknown", "Correct the host in spring.datasource.url",
				"spring.datasource.url=jdbc:postgresql://no-such-host.invalid/notes");
	}

	@Test
	void missingDatabase() {
		failsWith("the database is not there", "Create it (CREATE DATABASE)",
				"spring.datasource.url=" + this.database.directUrl() + "_absent");
	}

	@Test
	void missingRole() {
		failsWith("the server does not let this role in", "Create the role",
				"spring.datasource.username=nobody_" + this.database.name());
	}

	@Test
	void wrongPassword() {
		try (PasswordServer server = PasswordServer.start("right")) {
			failsWith("the server does not accept the password", "Correct spring.datasource.username and",
					"spring.datasource.url=" + server.database().jdbcUrl(),
					"spring.datasource.username=" + PasswordServer.USER);
		}
	}

	@Test
	void passwordThatIsNotSet() {
		try (PasswordServer server = PasswordServer.start("right")) {
			for (String property : List.of("pgkeel.mode=enforce", "spring.datasource.password=")) {
				failsWith(this.withoutPassword, "server and driver cannot agree on how to log in",
						"Set spring.datasource.password if there is none", property,
						"spring.datasource.url=" + server.database().jdbcUrl(),
						"spring.datasource.username=" + PasswordServer.USER);
				assertThat(this.description).contains("password").doesNotContain("TLS");
			}
		}
	}

	@Test
	void hostsOfAnotherType() {
		failsWith("none of the hosts is what targetServerType asks for", "Wait until the failover has ended",
				"spring.datasource.url=" + this.database.directUrl() + "?targetServerType=secondary");
		assertThat(this.description).contains("targetServerType: secondary");
	}

	@ParameterizedTest
	@CsvSource({ "sslmode=verfy, Invalid sslmode value: verfy", "connectTimeout=5s, must be an integer but was: 5s",
			"socketFactory=Absent, could not be instantiated", "targetServerType=first, Invalid targetServerType" })
	void parameterThatTheDriverRefuses(String parameter, String message) {
		failsWith("a parameter asks for what cannot be had", "Correct the parameter in spring.datasource.url",
				"spring.datasource.url=" + this.database.directUrl() + "?" + parameter);
		assertThat(this.description).contains(message);
	}

	@Test
	void limitOfTheRole() throws SQLException {
		String role = "limited_" + this.database.name();
		this.database.execute("create role " + role + " login connection limit 1");
		try (Connection taken = this.database.connectAs(role, "taken")) {
			assertThat(taken.isValid(30)).isTrue();
			failsWith("the role has reached its connection limit", "ALTER ROLE ... CONNECTION LIMIT",
					"spring.datasource.username=" + role);
		}
	}

	@Test
	void limitOfTheDatabase() throws SQLException {
		String role = ordinaryRole();
		this.database.execute("alter database " + this.database.name() + " connection limit 0");
		failsWith("the database has reached its connection limit", "ALTER DATABASE ... CONNECTION LIMIT",
				"spring.datasource.username=" + role);
	}

	@Test
	void limitOfThePooler() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "max_client_conn = 1");
				Connection only = DriverManager.getConnection(pooler.jdbcUrl(this.database.name()), "postgres", "")) {
			failsWith("the pooler in between has as many clients as it takes", "raise its limit",
					"spring.datasource.url=" + pooler.jdbcUrl(this.database.name()));
			assertThat(only.isValid(5)).isTrue();
		}
	}

	@Test
	void reservedAndAllSlots() throws IOException, SQLException {
		try (EmbeddedPostgres server = EmbeddedPostgres.builder().setServerConfig("max_connections", "5").start()) {
			String url = "jdbc:postgresql://localhost:" + server.getPort() + "/postgres";
			TestDatabase full = new TestDatabase("postgres", url, url, "postgres", "");
			full.execute("create role ordinary login");
			List<Connection> taken = new ArrayList<>();
			try {
				take(taken, full, "ordinary", 2);
				failsWith("only the connections reserved for privileged roles are left", "put a pooler in between",
						"spring.datasource.url=" + url, "spring.datasource.username=ordinary");
				take(taken, full, "postgres", 5);
				failsWith("all of the server's connections are taken", "put a pooler in between",
						"spring.datasource.url=" + url, "spring.datasource.username=postgres");
			}
			finally {
				for (Connection connection : taken) {
					connection.close();
				}
			}
		}
	}

	/**
	 * A session that was closed, or refused, may leave its slot a little later.
	 */
	private static void take(List<Connection> taken, TestDatabase database, String user, int number) {
		Awaitility.await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> {
			taken.add(database.connectAs(user, "taken"));
			return taken.size() == number;
		});
	}

	@ParameterizedTest
	@CsvSource({ "57P03, the database system is starting up", "57P01, terminating connection" })
	void serverThatStartsOrStops(String state, String message) {
		try (RefusingServer server = RefusingServer.start("SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0")) {
			failsWith("the server is not ready", "pgkeel.preflight.timeout",
					"spring.datasource.url=" + server.jdbcUrl(),
					"spring.datasource.hikari.data-source-properties.loginTimeout=1");
		}
	}

	@Test
	void databaseThatTheRoleMayNotConnectTo() {
		this.database.execute("revoke connect on database " + this.database.name() + " from public");
		failsWith("the role may not connect to this database", "GRANT CONNECT ON DATABASE",
				"spring.datasource.username=" + ordinaryRole());
	}

	@Test
	void parameterThatTheRoleMayNotSet() {
		failsWith("the role may not do what the connection asks for", "GRANT SET ON PARAMETER",
				"spring.datasource.username=" + ordinaryRole(),
				"spring.datasource.url=" + this.database.directUrl() + "?options=-c%20lc_messages=C");
		assertThat(this.description).contains("lc_messages");
	}

	@ParameterizedTest
	@ValueSource(strings = { "absent_parameter=1", "work_mem=much" })
	void parameterThatTheServerRefuses(String parameter) {
		failsWith("the server refuses the connection", "Correct what the message names",
				"spring.datasource.url=" + this.database.directUrl() + "?options=-c%20" + parameter);
		assertThat(this.description).contains(parameter.split("=")[0]);
	}

	@Test
	void databaseThatTakesNoConnections() {
		TestDatabase closed = TestServer.shared().newDatabase();
		this.database.execute("alter database " + closed.name() + " allow_connections false");
		try {
			failsWith("the server refuses the connection", "Correct what the message names",
					"spring.datasource.url=" + closed.directUrl());
		}
		finally {
			this.database.execute("alter database " + closed.name() + " allow_connections true");
		}
	}

	/**
	 * The SQLSTATEs are those of a role that may not connect, and of a database that is
	 * not there.
	 */
	@ParameterizedTest
	@CsvSource({ "select * from secrets, permission denied for table secrets",
			"grant connect on database absent to public, database \"absent\" does not exist" })
	void refusedStatementIsLeftToOthers(String sql, String message) {
		String role = ordinaryRole();
		this.database.execute("create table secrets (id int)");
		this.contextRunner.withPropertyValues("spring.datasource.username=" + role, "pgkeel.schema.enabled=false")
			.withBean("secrets", Boolean.class, () -> {
				try (Connection connection = connection(this.context, "dataSource");
						Statement statement = connection.createStatement()) {
					return statement.execute(sql);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
			})
			.run((context) -> {
				Throwable failure = context.getStartupFailure();
				assertThat(failure).rootCause().hasMessageContaining(message);
				ConfigurableEnvironment environment = this.context.getEnvironment();
				assertThat(new ConnectFailureAnalyzer(environment, this.context.getBeanFactory()).analyze(failure))
					.isNull();
			});
	}

	private String ordinaryRole() {
		String role = "ordinary_" + this.database.name();
		this.database.execute("create role " + role + " login");
		return role;
	}

	@Test
	@RequiresComponent("pgbouncer")
	void parameterThatAPoolerRefuses() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			failsWith("the pooler in between refuses a parameter", "ignore_startup_parameters",
					"spring.datasource.url=" + pooler.jdbcUrl(this.database.name()) + "?options=-c%20work_mem=5MB");
		}
	}

	@Test
	void wayBesideThePoolIsNamed() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://pooler.example.com:6543/notes",
					"pgkeel.direct.url=jdbc:postgresql://127.0.0.1:1/notes?password=" + CANARY,
					"pgkeel.direct.username=migrator")
			.run((context) -> {
				FailureAnalysis analysis = analysis(context.getStartupFailure());
				assertThat(analysis.getDescription())
					.startsWith("There is no connection to jdbc:postgresql://127.0.0.1:1/notes (pgkeel.direct.url) as"
							+ " migrator, since it cannot be reached")
					.doesNotContain("pooler.example.com", CANARY);
				assertThat(analysis.getAction()).contains("correct host and port in pgkeel.direct.url")
					.doesNotContain("spring.datasource.url");
			});
	}

	@Test
	void emptyRoleOfTheWayBesideThePoolIsNone() {
		try (PasswordServer server = PasswordServer.start("right")) {
			this.contextRunner
				.withPropertyValues("spring.datasource.url=jdbc:postgresql://pooler.example.com:6543/notes",
						"spring.datasource.username=" + PasswordServer.USER,
						"pgkeel.direct.url=" + server.database().jdbcUrl(), "pgkeel.direct.username= ",
						"pgkeel.direct.password=")
				.run((context) -> {
					FailureAnalysis analysis = analysis(context.getStartupFailure());
					assertThat(analysis.getDescription()).contains(
							" (pgkeel.direct.url) as " + PasswordServer.USER + ", since the server does not accept");
					assertThat(analysis.getAction())
						.startsWith("Correct spring.datasource.username and spring.datasource.password,");
				});
		}
	}

	/**
	 * HikariCP's own properties are bound after Spring Boot's.
	 */
	@Test
	void propertiesThatDecideAreNamed() {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.jdbc-url=jdbc:postgresql://127.0.0.1:1/notes",
					"spring.datasource.hikari.username=own")
			.run((context) -> {
				FailureAnalysis analysis = analysis(context.getStartupFailure());
				assertThat(analysis.getDescription())
					.startsWith("There is no connection to jdbc:postgresql://127.0.0.1:1/notes"
							+ " (spring.datasource.hikari.jdbc-url) as own, since it cannot be reached");
				assertThat(analysis.getAction()).contains("correct host and port in spring.datasource.hikari.jdbc-url")
					.doesNotContain("spring.datasource.url");
			});
		try (PasswordServer server = PasswordServer.start("right")) {
			this.contextRunner
				.withPropertyValues("spring.datasource.url=" + server.database().jdbcUrl(),
						"spring.datasource.hikari.username=" + PasswordServer.USER,
						"spring.datasource.hikari.password=" + CANARY)
				.run((context) -> {
					FailureAnalysis analysis = analysis(context.getStartupFailure());
					assertThat(analysis.getDescription()).contains("(spring.datasource.url) as " + PasswordServer.USER)
						.doesNotContain(CANARY);
					assertThat(analysis.getAction())
						.startsWith("Correct spring.datasource.hikari.username and spring.datasource.hikari.password,");
				});
		}
	}

	@Test
	void urlThatConnectionDetailsReplaceIsNotNamed() {
		this.contextRunner.withBean(JdbcConnectionDetails.class, () -> new JdbcConnectionDetails() {

			@Override
			public String getUsername() {
				return "container";
			}

			@Override
			public String getPassword() {
				return CANARY;
			}

			@Override
			public String getJdbcUrl() {
				return "jdbc:postgresql://127.0.0.1:1/container";
			}

		}).run((context) -> {
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			assertThat(analysis.getDescription())
				.startsWith("There is no connection to the database, since it cannot be reached");
			assertThat(analysis.getAction()).contains("the url of the JdbcConnectionDetails")
				.doesNotContain("spring.datasource.url");
		});
	}

	@Test
	void reasonOfARefusalBesideThePoolIsTold() throws SQLException {
		String role = "migrator_" + this.database.name();
		this.database.execute("create role " + role + " login connection limit 0");
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://pooler.example.com:6543/notes",
					"pgkeel.direct.url=" + this.database.directUrl(), "pgkeel.direct.username=" + role)
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains(" (pgkeel.direct.url) as " + role, "since the role has reached its connection limit"));
	}

	@Test
	void flywayFailsWithTheSameAnalysis() {
		ApplicationContextRunner runner = this.contextRunner
			.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("pgkeel.schema.enabled=false",
					"spring.datasource.url=jdbc:postgresql://127.0.0.1:1/notes",
					"spring.datasource.hikari.connection-timeout=300");
		runner.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
			.contains("it cannot be reached"));
	}

	private void failsWith(String problem, String action, String... properties) {
		failsWith(this.contextRunner, problem, action, properties);
	}

	private void failsWith(ApplicationContextRunner runner, String problem, String action, String... properties) {
		runner.withPropertyValues(properties).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			this.description = analysis.getDescription();
			assertThat(analysis.getDescription()).startsWith("There is no connection to jdbc:postgresql://")
				.contains("(spring.datasource.url) as ", ", since ", problem)
				.doesNotContain(CANARY);
			assertThat(analysis.getAction()).contains(action);
			String row = this.description.replaceFirst("(?s).*\\(spring.datasource.url\\) as \\S+, since ", "")
				.replaceFirst("(?s): .*", "");
			assertThat(Files.readString(Path.of("../docs/errors.md"))).contains("| " + row + " |")
				.containsAnyOf("| " + analysis.getAction() + " |", "| The same. |");
		});
	}

	private FailureAnalysis analysis(Throwable failure) {
		return FailureAnalyses.of(failure, this.context);
	}

}
