package dev.pgkeel.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaMode;
import dev.pgkeel.schema.SchemaSettings;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Preflight;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.datasource.init.ScriptUtils;

/**
 * What schema scripts cost beside Flyway, Liquibase, Spring's {@code ScriptUtils} and
 * {@code psql}: on an empty database, with nothing to do, and applied again. One server,
 * one run, the tools in turn. Prints medians; {@code psql} must be installed.
 */
public final class SchemaScriptComparison {

	private static final int ROUNDS = 9;

	/**
	 * The JVM's tools are compared once they are compiled.
	 */
	private static final int WARM_UP = 25;

	private static final long COLLECTION_PAUSE_NANOS = 250_000_000;

	private final EmbeddedPostgresServer server;

	private final Path folder;

	private int databases;

	private SchemaScriptComparison(EmbeddedPostgresServer server, Path folder) {
		this.server = server;
		this.folder = folder;
	}

	/**
	 * Runs the comparison.
	 * @param args none
	 * @throws Exception if a tool fails
	 */
	public static void main(String[] args) throws Exception {
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			compare(server);
			in(server).manyTables();
			in(server).large();
		}
	}

	private static SchemaScriptComparison in(EmbeddedPostgresServer server) throws IOException {
		return new SchemaScriptComparison(server, Files.createTempDirectory("pgkeel-benchmark"));
	}

	private static void compare(EmbeddedPostgresServer server) throws Exception {
		Map<String, List<Object>> rows = new LinkedHashMap<>();
		for (int size : new int[] { 40, 400, 4000 }) {
			in(server).compare(size, rows);
		}
		MarkdownTable.head("", "40 statements: first run ms", "again ms", "400: first run ms", "again ms",
				"4,000: first run ms", "again ms");
		rows.forEach((tool, cells) -> {
			cells.add(0, tool);
			MarkdownTable.row(cells.toArray());
		});
	}

	private void compare(int size, Map<String, List<Object>> rows) throws Exception {
		Files.writeString(this.folder.resolve("R__schema.sql"), SchemaTexts.idempotent(size));
		Files.writeString(this.folder.resolve("changelog.sql"),
				"--liquibase formatted sql\n--changeset notes:1 runOnChange:true splitStatements:true\n"
						+ SchemaTexts.idempotent(size));
		Map<String, Tool> tools = new LinkedHashMap<>();
		tools.put("pgkeel", (source) -> pgkeel(source, SchemaMode.ON_CHANGE));
		tools.put("pgkeel, `always`", (source) -> pgkeel(source, SchemaMode.ALWAYS));
		tools.put("Flyway, one repeatable migration", this::flyway);
		tools.put("Liquibase, one changeset", this::liquibase);
		tools.put("Spring's `ScriptUtils`, which runs everything again", this::scriptUtils);
		tools.put("`psql -1 -f`, which runs everything again", this::psql);
		tools.put("nothing but a connection, which is in each of these", (source) -> source.getConnection().close());
		Map<String, List<Double>> first = new LinkedHashMap<>();
		Map<String, List<Double>> again = new LinkedHashMap<>();
		int rounds = (size > 1000) ? 3 : ROUNDS;
		int warmUp = (size > 1000) ? 1 : WARM_UP;
		for (int round = 0; round < rounds + warmUp; round++) {
			for (Map.Entry<String, Tool> tool : tools.entrySet()) {
				PGSimpleDataSource source = newDatabase();
				double firstTime = time(tool.getValue(), source);
				double againTime = Math.min(time(tool.getValue(), source), time(tool.getValue(), source));
				if (round >= warmUp) {
					first.computeIfAbsent(tool.getKey(), (key) -> new ArrayList<>()).add(firstTime);
					again.computeIfAbsent(tool.getKey(), (key) -> new ArrayList<>()).add(againTime);
				}
				drop(source);
			}
		}
		for (String tool : tools.keySet()) {
			List<Object> row = rows.computeIfAbsent(tool, (key) -> new ArrayList<>());
			row.add(spread(first.get(tool)));
			row.add(spread(again.get(tool)));
		}
	}

	/**
	 * The time of one run, and the most that was alive on the heap during another, since
	 * collecting takes time too.
	 */
	private void large() throws Exception {
		MarkdownTable.head("statements in one script", "seconds", "us per statement", "alive on the heap, MB");
		measureLarge(25_000);
		for (int size : new int[] { 25_000, 50_000, 100_000 }) {
			Measured measured = measureLarge(size);
			MarkdownTable.row(String.format(Locale.ROOT, "%,d", size),
					String.format(Locale.ROOT, "%.2f", measured.seconds()), oneDecimal(measured.seconds() * 1e6 / size),
					oneDecimal(measured.megabytes()));
		}
	}

	private Measured measureLarge(int size) throws Exception {
		Files.writeString(this.folder.resolve("R__schema.sql"), SchemaTexts.inserts(size));
		PGSimpleDataSource source = newDatabase();
		double seconds = time((database) -> pgkeel(database, SchemaMode.ON_CHANGE), source) / 1000;
		drop(source);
		PGSimpleDataSource another = newDatabase();
		long before = liveBytes();
		AtomicLong most = new AtomicLong();
		AtomicBoolean running = new AtomicBoolean(true);
		Thread sampler = new Thread(() -> {
			while (running.get()) {
				most.accumulateAndGet(liveBytes() - before, Math::max);
				LockSupport.parkNanos(COLLECTION_PAUSE_NANOS);
			}
		});
		sampler.start();
		pgkeel(another, SchemaMode.ON_CHANGE);
		running.set(false);
		sampler.join();
		drop(another);
		return new Measured(seconds, most.get() / 1e6);
	}

	private static long liveBytes() {
		System.gc();
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

	private void manyTables() throws Exception {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < 1000; i++) {
			text.append(
					"create table if not exists many_%d (id int primary key, a int, b int, c int, d int, e int, f int, g int, h int, i text);\n"
						.formatted(i));
			text.append("create index if not exists many_%d_a on many_%d (a);\n".formatted(i, i));
			if (i % 250 == 249) {
				Files.writeString(this.folder.resolve(i / 250 + "__schema.sql"), "-- pgkeel:own-transaction\n" + text);
				text.setLength(0);
			}
		}
		PGSimpleDataSource source = newDatabase();
		pgkeel(source, SchemaMode.ON_CHANGE);
		List<Double> quiet = new ArrayList<>();
		List<Double> touched = new ArrayList<>();
		for (int i = 0; i < ROUNDS; i++) {
			quiet.add(time((database) -> pgkeel(database, SchemaMode.ON_CHANGE), source));
		}
		try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("truncate many_1");
		}
		for (int i = 0; i < ROUNDS; i++) {
			touched.add(time((database) -> pgkeel(database, SchemaMode.ON_CHANGE), source));
		}
		System.out
			.printf(Locale.ROOT,
					"%nWith 1,000 tables in the scripts, nothing to do takes %.1f ms, and %.1f ms after a"
							+ " `TRUNCATE` of one,%nwhen definitions are compared.%n%n",
					median(quiet), median(touched));
		drop(source);
	}

	private PGSimpleDataSource newDatabase() throws Exception {
		String name = "b" + this.folder.hashCode() % 1000 + "_" + this.databases++;
		execute("create database \"" + name + "\"");
		PGSimpleDataSource source = new PGSimpleDataSource();
		source.setUrl(this.server.jdbcUrl(name));
		source.setUser(this.server.user());
		return source;
	}

	private void drop(PGSimpleDataSource source) throws Exception {
		execute("drop database \"" + source.getDatabaseName() + "\" with (force)");
	}

	private void execute(String sql) throws Exception {
		PGSimpleDataSource source = new PGSimpleDataSource();
		source.setUrl(this.server.jdbcUrl("postgres"));
		source.setUser(this.server.user());
		try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private void pgkeel(PGSimpleDataSource source, SchemaMode mode) {
		SchemaSettings settings = new SchemaSettings(true, List.of("file:" + this.folder + "/*__schema.sql"), mode,
				null, Duration.ofMinutes(1), null, false, true);
		new SchemaInitializer(new Preflight(source), new PathMatchingResourcePatternResolver(),
				new ApplicationInstance("benchmark", "000000"), settings)
			.afterPropertiesSet();
	}

	private void flyway(PGSimpleDataSource source) {
		Flyway.configure().dataSource(source).locations("filesystem:" + this.folder).load().migrate();
	}

	private void liquibase(PGSimpleDataSource source) throws Exception {
		SpringLiquibase liquibase = new SpringLiquibase();
		liquibase.setDataSource(source);
		liquibase.setResourceLoader(new DefaultResourceLoader());
		liquibase.setChangeLog("file:" + this.folder.resolve("changelog.sql"));
		liquibase.afterPropertiesSet();
	}

	private void scriptUtils(PGSimpleDataSource source) throws Exception {
		try (Connection connection = source.getConnection()) {
			ScriptUtils.executeSqlScript(connection, new FileSystemResource(this.folder.resolve("R__schema.sql")));
		}
	}

	private void psql(PGSimpleDataSource source) throws Exception {
		ProcessBuilder builder = new ProcessBuilder("psql", "-X", "-q", "-1", "-f",
				this.folder.resolve("R__schema.sql").toString(), "-h", "localhost", "-p",
				String.valueOf(this.server.port()), "-U", this.server.user(), String.valueOf(source.getDatabaseName()));
		builder.environment().put("PGOPTIONS", "-c client_min_messages=warning");
		int code = builder.redirectError(Redirect.INHERIT).start().waitFor();
		if (code != 0) {
			throw new IOException("psql ended with " + code);
		}
	}

	private static double time(Tool tool, PGSimpleDataSource source) throws Exception {
		long start = System.nanoTime();
		tool.run(source);
		return (System.nanoTime() - start) / 1e6;
	}

	private static String oneDecimal(double value) {
		return String.format(Locale.ROOT, "%,.1f", value);
	}

	private static double median(List<Double> times) {
		return times.stream().sorted().toList().get(times.size() / 2);
	}

	/**
	 * The median, and in parentheses the shortest and the longest.
	 */
	private static String spread(@Nullable List<Double> times) {
		List<Double> known = Objects.requireNonNull(times);
		return oneDecimal(median(known)) + " (" + oneDecimal(Collections.min(known)) + ", "
				+ oneDecimal(Collections.max(known)) + ")";
	}

	/**
	 * What a large script took.
	 *
	 * @param seconds how long
	 * @param megabytes how much was alive on the heap at most
	 */
	private record Measured(double seconds, double megabytes) {

	}

	/**
	 * A way to apply the script.
	 */
	private interface Tool {

		/**
		 * Applies the script.
		 * @param source the database
		 * @throws Exception if it fails
		 */
		void run(PGSimpleDataSource source) throws Exception;

	}

}
