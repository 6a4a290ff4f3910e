package dev.pgkeel.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several instances of the packaged service on one server, restarted one after the other
 * under load, one of them without being asked. The system property
 * {@code pgkeel.test.fleet} says how many; what was seen is left in
 * {@code target/fleet.md}.
 */
class RollingRestartIT {

	private static final int INSTANCES = Integer.getInteger("pgkeel.test.fleet", 3);

	private static final int KILLED = INSTANCES / 2;

	private static final int SHARE = 5;

	private static final Pattern VALUE = Pattern.compile("\"value\":([0-9.]+)");

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final List<Member> members = new ArrayList<>();

	@TempDir
	private Path directory;

	private int launched;

	@AfterEach
	void end() {
		this.members.forEach((member) -> member.service.close());
	}

	@Test
	void nobodyNoticesARollingRestartAndTheBudgetHolds() throws Exception {
		try (Balancer balancer = new Balancer(); SessionCensus census = new SessionCensus(this.database)) {
			for (int number = 0; number < INSTANCES; number++) {
				this.members.add(new Member(launch(), balancer));
			}
			FleetLoad load = new FleetLoad(balancer);
			Balancer.Instance killed = this.members.get(KILLED).instance;
			try (load) {
				load.start(2 * INSTANCES, 3 * INSTANCES);
				for (int number = 0; number < INSTANCES; number++) {
					restart(this.members.get(number), number == KILLED, balancer);
				}
			}
			List<Balancer.Answer> inFlight = load.failures()
				.stream()
				.filter((failure) -> failure.status() == 0 && failure.from() == killed)
				.toList();
			List<Balancer.Answer> failures = new ArrayList<>(load.failures());
			failures.removeAll(inFlight);
			report(load, failures.size(), inFlight.size(), census);
			assertThat(failures).isEmpty();
			assertThat(notes()).containsAll(load.written());
			assertThat(census.most()).isLessThanOrEqualTo(INSTANCES * SHARE);
			assertThat(budgets()).allSatisfy((budget) -> assertThat(budget).isBetween(SHARE - 1.0, (double) SHARE));
		}
	}

	private void restart(Member member, boolean kill, Balancer balancer) throws IOException {
		if (kill) {
			member.service.kill();
			balancer.remove(member.instance);
		}
		else {
			balancer.remove(member.instance);
			member.service.terminate();
		}
		this.members.set(this.members.indexOf(member), new Member(launch(), balancer));
	}

	private ServiceProcess launch() throws IOException {
		Path own = Files.createDirectory(this.directory.resolve("service" + this.launched++));
		return ServiceProcess
			.launch(own,
					Stream.concat(Stream.of(this.database.properties()).map((property) -> "--" + property),
							Stream.of("--sample.lab.enabled=true", "--pgkeel.fleet.instances=" + INSTANCES,
									"--pgkeel.fleet.max-connections=" + INSTANCES * SHARE,
									"--spring.datasource.hikari.connection-timeout=20000"))
						.toArray(String[]::new))
			.awaitStarted();
	}

	private Set<String> notes() throws SQLException {
		Set<String> notes = new HashSet<>();
		try (Connection connection = this.database.connect();
				ResultSet row = connection.createStatement().executeQuery("SELECT id FROM notes")) {
			while (row.next()) {
				notes.add(row.getString(1));
			}
		}
		return notes;
	}

	/**
	 * What each instance gives its pool, and the monitor takes the rest.
	 */
	private List<Double> budgets() {
		return this.members.stream().map((member) -> {
			String meter = member.service.get("/actuator/metrics/pgkeel.pool.budget").join().body();
			Matcher value = VALUE.matcher(meter);
			assertThat(value.find()).as(meter).isTrue();
			return Double.valueOf(value.group(1));
		}).toList();
	}

	private static void report(FleetLoad load, int failed, int inFlight, SessionCensus census)
			throws IOException, SQLException {
		Files.writeString(Path.of("target", "fleet.md"), """
				| instances | restarted, one of them by `kill -9` | requests | failed | in flight on the killed one \
				| longest answer ms | sessions at most | budget | looks at the sessions |
				|---|---|---|---|---|---|---|---|---|
				| %d | %d | %,d | %d | %d | %,d | %d | %d | %,d |
				""".formatted(INSTANCES, INSTANCES, load.requests(), failed, inFlight, load.longestMillis(),
				census.most(), INSTANCES * SHARE, census.samples()));
	}

	/**
	 * A running instance.
	 */
	private static final class Member {

		private final ServiceProcess service;

		private final Balancer.Instance instance;

		private Member(ServiceProcess service, Balancer balancer) {
			this.service = service;
			this.instance = balancer.add(service.address());
		}

	}

}
