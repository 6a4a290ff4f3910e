package dev.pgkeel.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

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
 * one run, the tools in turn. Prints medians in milliseconds; {@code psql} must be
 * installed.
 */
public final class SchemaScriptComparison {

	private static final int ROUNDS = 9;

	/**
	 * The JVM's tools are compared once they are compiled.
	 */
	private static final int WARM_UP = 25;

	private static final int STATEMENTS_PER_TABLE = 20;

	private final EmbeddedPostgresServer server;

	private final Path folder;

	private int databases;

	private SchemaScriptComparison(EmbeddedPostgresServer server, Path folder) {
		this.server = server;
		this.folder = folder;
	}

	/**
	 * Runs the comparison.
	 * @param args which parts: a number of statements, {@code large} or {@code tables};
	 * all of them by default
	 * @throws Exception if a tool fails
	 */
	public static void main(String[] args) throws Exception {
		List<String> parts = (args.length > 0) ? List.of(args) : List.of("40", "400", "4000", "large", "tables");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			for (String part : parts) {
				SchemaScriptComparison comparison = new SchemaScriptComparison(server,
						Files.createTempDirectory("pgkeel-benchmark"));
				switch (part) {
					case "large" -> comparison.large();
					case "tables" -> comparison.manyTables();
					default -> comparison.compare(Integer.parseInt(part));
				}
			}
		}
	}

	private void compare(int size) throws Exception {
		Files.writeString(this.folder.resolve("R__schema.sql"), script(size));
		Files.writeString(this.folder.resolve("changelog.sql"),
				"--liquibase formatted sql\n--changeset notes:1 runOnChange:true splitStatements:true\n"
						+ script(size));
		Map<String, Tool> tools = new LinkedHashMap<>();
		tools.put("pgkeel", (source) -> pgkeel(source, SchemaMode.ON_CHANGE));
		tools.put("pgkeel always", (source) -> pgkeel(source, SchemaMode.ALWAYS));
		tools.put("Flyway", this::flyway);
		tools.put("Liquibase", this::liquibase);
		tools.put("ScriptUtils", this::scriptUtils);
		tools.put("psql -1 -f", this::psql);
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
		System.out.printf(Locale.ROOT, "%n%d statements, median of %d rounds%n%-16s %10s %10s%n", size, rounds, "",
				"first ms", "again ms");
		tools.keySet()
			.forEach((tool) -> System.out.printf(Locale.ROOT, "%-16s %10.1f %10.1f%n", tool, median(first.get(tool)),
					median(again.get(tool))));
	}

	/**
	 * The time of one run, and the most that was alive on the heap during another, since
	 * collecting takes time too.
	 */
	private void large() throws Exception {
		System.out.printf(Locale.ROOT, "%nlarge scripts, one table and inserts%n%-12s %10s %14s %12s%n", "statements",
				"seconds", "us/statement", "live MB");
		measureLarge(25_000);
		for (int size : new int[] { 25_000, 50_000, 100_000 }) {
			Measured measured = measureLarge(size);
			System.out.printf(Locale.ROOT, "%-12d %10.2f %14.1f %12.1f%n", size, measured.seconds(),
					measured.seconds() * 1e6 / size, measured.megabytes());
		}
	}

	private Measured measureLarge(int size) throws Exception {
		Files.writeString(this.folder.resolve("R__schema.sql"), inserts(size));
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
		System.out.printf(Locale.ROOT, "1,000 tables, nothing to do: %.1f ms; after a TRUNCATE: %.1f ms%n",
				median(quiet), median(touched));
		drop(source);
	}

	private static String script(int size) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < size; i++) {
			int table = i / STATEMENTS_PER_TABLE;
			text.append(statement(table, i % STATEMENTS_PER_TABLE)).append(";\n");
		}
		return text.toString();
	}

	private static String statement(int table, int part) {
		return switch (part) {
			case 0 -> "create table if not exists t_%d (id int primary key, body text)".formatted(table);
			case 1, 2, 3, 4, 5 -> "alter table t_%d add column if not exists c_%d int".formatted(table, part);
			case 6 -> "create index if not exists t_%d_body on t_%d (body)".formatted(table, table);
			case 7 -> "create or replace view v_%d as select id from t_%d".formatted(table, table);
			case 8 -> "alter table t_%d enable row level security".formatted(table);
			case 9 -> "comment on table t_%d is 'table'".formatted(table);
			default ->
				"insert into t_%d (id, body) values (%d, 'a body') on conflict do nothing".formatted(table, part);
		};
	}

	private static String inserts(int size) {
		StringBuilder text = new StringBuilder("create table if not exists t (id int primary key, body text);\n");
		for (int i = 1; i < size; i++) {
			text.append("insert into t (id, body) values (").append(i).append(", 'a body') on conflict do nothing;\n");
		}
		return text.toString();
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
		int code = builder.inheritIO().start().waitFor();
		if (code != 0) {
			throw new IOException("psql ended with " + code);
		}
	}

	private static double time(Tool tool, PGSimpleDataSource source) throws Exception {
		long start = System.nanoTime();
		tool.run(source);
		return (System.nanoTime() - start) / 1e6;
	}

	private static double median(@Nullable List<Double> times) {
		double[] sorted = (times != null) ? times.stream().mapToDouble(Double::doubleValue).sorted().toArray()
				: new double[] { Double.NaN };
		return sorted[sorted.length / 2];
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
