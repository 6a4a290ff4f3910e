package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;
import org.springframework.util.ClassUtils;

/**
 * The tables of {@code docs/properties.md}, as the metadata have them that the build
 * makes for editors.
 */
final class PropertiesPage {

	static final Path FILE = Path.of("../docs/properties.md");

	private static final String BEGIN = "<!-- Made from the metadata; a test compares, and says how to make it again -->\n";

	private static final String END = "<!-- End of what is made -->\n";

	private static final Pattern OURS = Pattern.compile("(management\\.(endpoint|health)\\.)?pgkeel(console)?\\..+");

	private static final List<Section> SECTIONS = List.of(
			new Section("All features", "[adopting.md](adopting.md)", "pgkeel.enabled", "pgkeel.mode"),
			new Section("Pool and fleet", "[pool.md](pool.md), [monitor.md](monitor.md#budget)",
					"pgkeel.runtime-profile", "pgkeel.pool.", "pgkeel.fleet."),
			new Section("The way to the server", "[tls.md](tls.md), [poolers.md](poolers.md), [errors.md](errors.md)",
					"pgkeel.tls.", "pgkeel.pooler", "pgkeel.direct.", "pgkeel.preflight."),
			new Section("Leaks", "[leaks.md](leaks.md)", "pgkeel.leak."),
			new Section("Schema scripts", "[schema.md](schema.md), [schema-lint.md](schema-lint.md)", "pgkeel.schema."),
			new Section("Transactions", "[transaction.md](transaction.md)", "pgkeel.transaction."),
			new Section("Monitor and alerts", "[monitor.md](monitor.md), [alerts.md](alerts.md), [check.md](check.md)",
					"pgkeel.monitor.", "pgkeel.alert.", "pgkeel.check"),
			new Section("Health, endpoint and console",
					"[actuator.md](actuator.md), [endpoint.md](endpoint.md), [console.md](console.md)",
					"pgkeel.health.", "management.health.pgkeel.", "management.endpoint.pgkeel.", "pgkeel.console.",
					"management.endpoint.pgkeelconsole."),
			new Section("The embedded server", "[embedded-postgres.md](embedded-postgres.md), a module of its own",
					"pgkeel.embedded."));

	private PropertiesPage() {
	}

	/**
	 * Reads the metadata of all our modules.
	 * @return the properties by their names
	 */
	static Map<String, ConfigurationMetadataProperty> properties() throws IOException {
		Map<String, ConfigurationMetadataProperty> properties = new TreeMap<>();
		for (URL file : Collections
			.list(PropertiesPage.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream in = file.openStream()) {
				ConfigurationMetadataRepositoryJsonBuilder.create(in)
					.build()
					.getAllProperties()
					.forEach((name, found) -> {
						if (OURS.matcher(name).matches()) {
							properties.put(name, found);
						}
					});
			}
		}
		return properties;
	}

	/**
	 * Returns the page with its tables made anew.
	 * @param page the page as it is
	 */
	static String madeAnew(String page) throws IOException {
		Map<String, ConfigurationMetadataProperty> left = properties();
		StringBuilder made = new StringBuilder();
		for (Section section : SECTIONS) {
			made.append(section.table(left));
		}
		if (!left.isEmpty()) {
			throw new IllegalStateException("PropertiesPage has no section for " + left.keySet());
		}
		return page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + made + page.substring(page.indexOf(END));
	}

	/**
	 * Writes the page.
	 */
	static void write() throws IOException {
		Files.writeString(FILE, madeAnew(Files.readString(FILE)));
	}

	/**
	 * One table.
	 *
	 * @param title its title
	 * @param pages where it is explained
	 * @param beginnings what the names of its properties begin with
	 */
	private record Section(String title, String pages, List<String> beginnings) {

		Section(String title, String pages, String... beginnings) {
			this(title, pages, List.of(beginnings));
		}

		String table(Map<String, ConfigurationMetadataProperty> left) {
			List<ConfigurationMetadataProperty> own = this.beginnings.stream()
				.flatMap((beginning) -> left.values().stream().filter((one) -> one.getId().startsWith(beginning)))
				.toList();
			own.forEach((property) -> left.remove(property.getId()));
			return "\n## %s\nSee %s.\n\n| property | value | default | |\n|---|---|---|---|\n%s\n".formatted(this.title,
					this.pages, own.stream().map(Section::row).collect(Collectors.joining("\n")));
		}

		private static String row(ConfigurationMetadataProperty property) {
			Object value = property.getDefaultValue();
			String shown = (value instanceof Collection<?> all)
					? all.stream().map(String::valueOf).collect(Collectors.joining(","))
					: (value != null) ? String.valueOf(value) : "";
			return "| `%s` | %s | %s | %s |".formatted(property.getId(), values(property.getType()),
					shown.isEmpty() ? "" : "`" + shown + "`", property.getDescription());
		}

		private static String values(String type) {
			if (type.startsWith("java.util.")) {
				return "list";
			}
			Class<?> known = ClassUtils.resolveClassName(type, PropertiesPage.class.getClassLoader());
			if (known.isEnum()) {
				return Stream.of(known.getEnumConstants())
					.map((one) -> "`" + ((Enum<?>) one).name().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
					.collect(Collectors.joining(", "));
			}
			if (known == Boolean.class) {
				return "`true`, `false`";
			}
			return (known == Duration.class) ? "duration" : Number.class.isAssignableFrom(known) ? "number"
					: known.getSimpleName().toLowerCase(Locale.ROOT).replace("string", "text");
		}

	}

}
