package dev.pgkeel.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packaged service, run as its operators run it.
 */
class PackagedServiceIT {

	private static final String SESSIONS = """
			FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'notes/%'""";

	private final List<ServiceProcess> services = new ArrayList<>();

	@TempDir
	private Path directory;

	@AfterEach
	void end() {
		this.services.forEach(ServiceProcess::close);
	}

	@Test
	void anEmbeddedServerLeavesNothingBehind() throws IOException {
		ServiceProcess service = launch().awaitStarted();
		assertThatNotesAreKept(service);
		assertThat(processesOfTheService()).hasSizeGreaterThan(1);
		assertThat(runDirectories()).hasSize(1);
		service.terminate();
		await().untilAsserted(() -> assertThat(processesOfTheService()).isEmpty());
		assertThat(runDirectories()).isEmpty();
	}

	@Test
	void anOutsideServerKeepsTheNotesAndNoSession() {
		TestDatabase database = TestServer.shared().newDatabase();
		ServiceProcess service = launch(database).awaitStarted();
		assertThatNotesAreKept(service);
		assertThat(sessions(database)).isBetween(1L, 10L);
		assertThat(processesOfTheService()).hasSize(1);
		service.terminate();
		await().untilAsserted(() -> assertThat(sessions(database)).isZero());
		assertThat(database.query("SELECT count(*) FROM notes", Long.class)).isEqualTo(2);
	}

	@Test
	void twoInstancesStartAtOnceOnAnEmptyDatabase() {
		TestDatabase database = TestServer.shared().newDatabase();
		ServiceProcess one = launch(database);
		ServiceProcess other = launch(database);
		assertThatNotesAreKept(one.awaitStarted());
		assertThatNotesAreKept(other.awaitStarted());
	}

	@Test
	void fourInstancesHoldFortyConnectionsUnderLoadAndFewWhenIdle() {
		TestDatabase database = TestServer.shared().newDatabase();
		List<ServiceProcess> fleet = Stream.generate(() -> launch(database, "--sample.lab.enabled=true"))
			.limit(4)
			.toList();
		fleet.forEach(ServiceProcess::awaitStarted);
		CompletableFuture<Void> load = CompletableFuture.allOf(
				fleet.stream().flatMap(PackagedServiceIT::moreThanThePoolCanServe).toArray(CompletableFuture[]::new));
		AtomicLong peak = new AtomicLong();
		await().atMost(Duration.ofMinutes(1)).until(() -> {
			peak.accumulateAndGet(sessions(database), Math::max);
			return load.isDone();
		});
		assertThat(peak).hasValue(40);
		await().atMost(Duration.ofMinutes(2))
			.pollInterval(Duration.ofSeconds(1))
			.untilAsserted(() -> assertThat(mostSessionsOfAnInstance(database)).isLessThanOrEqualTo(2));
	}

	@Test
	void deployStepAppliesTheScriptsAndEnds() {
		TestDatabase database = TestServer.shared().newDatabase();
		ServiceProcess step = launch(database, "--pgkeel.schema.dry-run=true");
		assertThat(step.awaitEnd()).as(step::log).isZero();
		assertThat(step.log()).contains("Schema dry run: all was rolled back.").doesNotContain("Tomcat");
		assertThat(tables(database)).isZero();
		for (int i = 0; i < 2; i++) {
			step = launch(database, "--pgkeel.schema.exit-after-apply=true");
			assertThat(step.awaitEnd()).as(step::log).isZero();
			assertThat(step.log()).contains("Schema applied.").doesNotContain("Tomcat");
			assertThat(tables(database)).isEqualTo(3);
		}
	}

	@Test
	void failedDeployStepSaysWhyAndEndsWithOne() throws IOException {
		TestDatabase database = TestServer.shared().newDatabase();
		Path script = Files.writeString(this.directory.resolve("1_broken.sql"), "create table a ();\nselect 1 / 0;\n");
		ServiceProcess step = launch(database, "--pgkeel.schema.exit-after-apply=true",
				"--pgkeel.schema.locations=file:" + script);
		assertThat(step.awaitEnd()).as(step::log).isEqualTo(1);
		assertThat(step.log())
			.contains("APPLICATION FAILED TO START", "1_broken.sql:2:1: division by zero (SQLSTATE 22012, statement 2)",
					"Correct the script.")
			.doesNotContain("Schema applied.")
			.doesNotContain("Tomcat");
		assertThat(tables(database)).isZero();
	}

	private static long tables(TestDatabase database) {
		return database.query(
				"SELECT count(*) FROM pg_class WHERE relkind = 'r'" + " AND relnamespace = 'public'::regnamespace",
				Long.class);
	}

	private static Stream<CompletableFuture<?>> moreThanThePoolCanServe(ServiceProcess service) {
		return Stream.concat(Stream.generate(() -> service.post("/lab/hold?seconds=5", "")).limit(10),
				Stream.generate(() -> service.get("/tenants/00000000-0000-0000-0000-000000000000")).limit(20));
	}

	private static void assertThatNotesAreKept(ServiceProcess service) {
		String json = "{\"email\":\"%s\",\"plan\":\"free\"}".formatted(ApiClient.newEmail());
		String location = service.post("/tenants", json).join().headers().firstValue("Location").orElseThrow();
		String notes = URI.create(location).getPath() + "/notes";
		assertThat(service.post(notes, "{\"body\":\"kept\"}").join().statusCode()).isEqualTo(201);
		assertThat(service.get(notes).join().body()).contains("Welcome!", "kept");
	}

	private ServiceProcess launch(TestDatabase database, String... arguments) {
		return launch(
				Stream.concat(Stream.of(database.properties()).map((property) -> "--" + property), Stream.of(arguments))
					.toArray(String[]::new));
	}

	private ServiceProcess launch(String... arguments) {
		try {
			Path own = Files.createDirectory(this.directory.resolve("service" + this.services.size()));
			ServiceProcess service = ServiceProcess.launch(own, arguments);
			this.services.add(service);
			return service;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The processes that name the temporary directory: the service's own and the
	 * server's.
	 */
	private List<String> processesOfTheService() {
		return ProcessHandle.allProcesses()
			.flatMap((process) -> process.info().commandLine().stream())
			.filter((command) -> command.contains(this.directory.toString()))
			.toList();
	}

	/**
	 * What the embedded server needs while it runs; the unpacked binaries may stay.
	 */
	private List<Path> runDirectories() throws IOException {
		try (Stream<Path> files = Files.find(this.directory, 2,
				(file, attributes) -> file.getFileName().toString().startsWith("pgkeel-postgres-"))) {
			return files.toList();
		}
	}

	private static long sessions(TestDatabase database) {
		return database.query("SELECT count(*) " + SESSIONS, Long.class);
	}

	private static long mostSessionsOfAnInstance(TestDatabase database) {
		return database.query("SELECT coalesce(max(count), 0) FROM (SELECT count(*) " + SESSIONS
				+ " GROUP BY application_name) AS instances", Long.class);
	}

}
