package dev.pgkeel.schema.lint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.core.io.ClassPathResource;

/**
 * Scripts of others that belong together.
 *
 * @param group who made them
 * @param name what they are for
 * @param setup what has to be there
 * @param texts the scripts, in the order in which they run
 */
record RealScript(String group, String name, List<String> setup, List<String> texts) {

	private static final String FLOWABLE = "org/flowable/";

	private static final Map<String, List<String>> JARS = Map.of("Spring Batch",
			List.of("org/springframework/batch/core/schema-postgresql.sql"), "Spring Session",
			List.of("org/springframework/session/jdbc/schema-postgresql.sql"), "Spring Integration",
			List.of("org/springframework/integration/jdbc/schema-postgresql.sql"), "Quartz",
			List.of("org/quartz/impl/jdbcjobstore/tables_postgres.sql"), "Flowable",
			List.of(FLOWABLE + "common/db/create/flowable.postgres.create.common.sql",
					FLOWABLE + "idm/db/create/flowable.postgres.create.identity.sql",
					FLOWABLE + "db/create/flowable.postgres.create.engine.sql",
					FLOWABLE + "db/create/flowable.postgres.create.history.sql"),
			"Spring, drop and create", List.of("org/springframework/batch/core/schema-drop-postgresql.sql",
					"org/springframework/batch/core/schema-postgresql.sql"));

	static List<RealScript> inJars() throws IOException {
		List<RealScript> scripts = new ArrayList<>();
		for (Map.Entry<String, List<String>> entry : new TreeMap<>(JARS).entrySet()) {
			List<String> texts = new ArrayList<>();
			for (String resource : entry.getValue()) {
				String text = new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
				// The transaction is the test's
				texts.add(text.replaceAll("(?im)^\\s*(commit|begin)\\s*;", ""));
			}
			List<String> setup = entry.getKey().startsWith("Spring, ") ? texts.subList(1, 2) : List.of();
			scripts.add(new RealScript("jars", entry.getKey(), setup, texts));
		}
		return scripts;
	}

	static List<RealScript> ofServer(Path share) throws IOException {
		List<RealScript> scripts = new ArrayList<>(extensions(share.resolve("extension")));
		List<String> scratch = List.of("create schema scratch", "set search_path to scratch");
		for (String name : List.of("system_views", "system_functions")) {
			scripts.add(new RealScript("system", name, scratch, List.of(read(share.resolve(name + ".sql")))));
		}
		scripts.add(new RealScript("system", "information_schema", List.of(), List
			.of(read(share.resolve("information_schema.sql")).replace("information_schema", "information_copy"))));
		return scripts;
	}

	private static List<RealScript> extensions(Path folder) throws IOException {
		Map<String, List<Path>> files;
		try (Stream<Path> all = Files.list(folder)) {
			files = all.filter((file) -> file.toString().endsWith(".sql"))
				.collect(Collectors.groupingBy((file) -> file.getFileName().toString().split("--")[0], TreeMap::new,
						Collectors.toList()));
		}
		List<RealScript> scripts = new ArrayList<>();
		for (Map.Entry<String, List<Path>> entry : files.entrySet()) {
			List<String> texts = new ArrayList<>();
			entry.getValue().sort(Comparator.comparing(RealScript::isUpgrade).thenComparing(Path::toString));
			for (Path file : entry.getValue()) {
				texts.add(extension(entry.getKey(), read(file)));
			}
			scripts.add(new RealScript("extensions", entry.getKey(), List.of(), texts));
		}
		return scripts;
	}

	private static boolean isUpgrade(Path file) {
		return file.getFileName().toString().split("--").length > 2;
	}

	/**
	 * What the server puts in when it creates the extension.
	 */
	private static String extension(String name, String text) {
		return text.replaceAll("(?m)^\\\\.*$", "")
			.replace("MODULE_PATHNAME", "$libdir/" + name)
			.replaceAll("@extschema(:\\w+)?@", "public")
			.replace("@extowner@", "postgres");
	}

	private static String read(Path file) throws IOException {
		return Files.readString(file, StandardCharsets.UTF_8);
	}

}
