package dev.pgkeel.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

	private static final String SESSIONS = """
			SELECT pid, application_name FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	/**
	 * A session that ended a moment ago would be counted too, so there is only one.
	 */
	private Connection census;

	private final List<ServiceProcess> services = new ArrayList<>();

	@TempDir
	private Path directory;

	@BeforeEach
	void connect() throws SQLException {
		this.census = this.database.connect();
	}

	@AfterEach
	void end() throws SQLException {
		this.services.forEach(ServiceProcess::close);
		this.census.close();
	}

	@Test
	void anIdleServiceHoldsMinimumIdleAndTheMonitor() throws IOException {
		use(launch().awaitStarted());
		await().during(IDLE).atMost(IDLE.plusMinutes(3)).until(() -> sessions().size() == MINIMUM_IDLE + 1);
		assertThat(sessions().values()).filteredOn((name) -> name.startsWith("notes monitor/")).hasSize(1);
	}

	@Test
	void aKilledServiceLeavesNoSessionBehindInDevelopment() throws IOException {
		ServiceProcess old = launch("--pgkeel.runtime-profile=development", "--sample.lab.enabled=true").awaitStarted();
		use(old);
		Stream.generate(() -> "/lab/hold?seconds=300").limit(3).forEach((path) -> old.post(path, ""));
		await().atMost(Duration.ofMinutes(1)).until(() -> sessions().size() >= 4);
		Set<Integer> ofTheOld = sessions().keySet();
		old.kill();
		Instant killed = Instant.now();
		ServiceProcess restarted = launch("--pgkeel.runtime-profile=development");
		await().atMost(Duration.ofSeconds(40)).until(() -> Collections.disjoint(sessions().keySet(), ofTheOld));
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

	/**
	 * Returns all sessions but the one that asks.
	 * @return the sessions' names by process id
	 */
	private Map<Integer, String> sessions() {
		Map<Integer, String> sessions = new HashMap<>();
		try (Statement statement = this.census.createStatement(); ResultSet row = statement.executeQuery(SESSIONS)) {
			while (row.next()) {
				sessions.put(row.getInt(1), row.getString(2));
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return sessions;
	}

}
