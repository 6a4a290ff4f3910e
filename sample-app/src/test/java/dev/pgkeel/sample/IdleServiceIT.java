package dev.pgkeel.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the packaged service holds of the server when it has nothing to do, and when it is
 * gone. The system property {@code pgkeel.test.idle} makes the test watch for longer,
 * such as {@code PT10M}.
 */
class IdleServiceIT {

	private static final Duration IDLE = Duration.parse(System.getProperty("pgkeel.test.idle", "PT5S"));

	private static final int MINIMUM_IDLE = 2;

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final List<ServiceProcess> services = new ArrayList<>();

	@TempDir
	private Path directory;

	@AfterEach
	void end() {
		this.services.forEach(ServiceProcess::close);
	}

	@Test
	void anIdleServiceHoldsMinimumIdleAndTheMonitor() throws IOException {
		use(launch().awaitStarted());
		await().atMost(Duration.ofMinutes(2)).until(() -> sessions() == MINIMUM_IDLE + 1);
		Instant end = Instant.now().plus(IDLE);
		await().atMost(IDLE.plusMinutes(1)).until(() -> {
			assertThat(sessions()).isEqualTo(MINIMUM_IDLE + 1);
			return Instant.now().isAfter(end);
		});
		assertThat(count("application_name LIKE 'notes monitor/%'")).isOne();
	}

	@Test
	void aKilledServiceLeavesNoSessionBehindInDevelopment() throws IOException {
		ServiceProcess old = launch("--pgkeel.runtime-profile=development", "--sample.lab.enabled=true").awaitStarted();
		use(old);
		Stream.generate(() -> "/lab/hold?seconds=300").limit(3).forEach((path) -> old.post(path, ""));
		await().atMost(Duration.ofMinutes(1)).until(() -> sessions() >= 4);
		String ofTheOld = "pid IN (%s)".formatted(this.database
			.query("SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE " + others(), String.class));
		old.kill();
		Instant killed = Instant.now();
		ServiceProcess restarted = launch("--pgkeel.runtime-profile=development");
		await().atMost(Duration.ofSeconds(40)).until(() -> count(ofTheOld) == 0);
		assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(40));
		use(restarted.awaitStarted());
	}

	private static void use(ServiceProcess service) {
		assertThat(service.get("/tenants/00000000-0000-0000-0000-000000000000").join().statusCode()).isEqualTo(404);
	}

	private ServiceProcess launch(String... arguments) throws IOException {
		Path own = Files.createDirectory(this.directory.resolve("service" + this.services.size()));
		ServiceProcess service = ServiceProcess.launch(own,
				Stream
					.concat(Stream.of(this.database.properties()).map((property) -> "--" + property),
							Stream.of(arguments))
					.toArray(String[]::new));
		this.services.add(service);
		return service;
	}

	private long sessions() {
		return count(others());
	}

	private static String others() {
		return "datname = current_database() AND pid <> pg_backend_pid()";
	}

	private long count(String condition) {
		return this.database.query("SELECT count(*) FROM pg_stat_activity WHERE " + condition, Long.class);
	}

}
