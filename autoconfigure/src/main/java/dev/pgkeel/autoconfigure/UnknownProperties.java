package dev.pgkeel.autoconfigure;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns about properties below {@code pgkeel} that do not exist: Spring Boot ignores
 * them, and a misspelt guard is no guard. No value is told.
 */
final class UnknownProperties {

	private static final Log logger = LogFactory.getLog(UnknownProperties.class);

	private static final int LARGEST_SLIP = 1;

	private final List<UsedProperty> used;

	private final KnownProperties known;

	UnknownProperties(List<UsedProperty> used, KnownProperties known) {
		this.used = used;
		this.known = known;
	}

	void check() {
		Map<String, Boolean> doubtful = doubtful();
		Map<String, String> known = doubtful.isEmpty() ? Map.of() : known();
		if (known.isEmpty()) {
			return;
		}
		doubtful.forEach((name, isVariable) -> {
			if (known.containsKey(uniform(name))) {
				return;
			}
			String nearest = nearest(uniform(name), known);
			int distance = distance(uniform(name), uniform(nearest));
			if (!isVariable || distance <= LARGEST_SLIP) {
				logger.warn("There is no property '" + name + "': it does nothing. Did you mean '" + nearest + "'?");
			}
		});
	}

	/**
	 * Returns the properties that may be none, and whether each is a variable of the
	 * environment only. Kubernetes and others make variables that merely look like
	 * properties.
	 */
	private Map<String, Boolean> doubtful() {
		Map<String, Boolean> names = new TreeMap<>();
		for (UsedProperty property : this.used) {
			if (!this.known.surely(property.name())) {
				names.merge(property.name(), property.isVariable(), Boolean::logicalAnd);
			}
		}
		return names;
	}

	/**
	 * Returns the properties of all our modules by their uniform names.
	 */
	private Map<String, String> known() {
		Map<String, String> names = new TreeMap<>();
		this.known.types().keySet().forEach((name) -> names.put(uniform(name), name));
		return names;
	}

	/**
	 * All ways to write a property, in a file or in the environment, come to the same.
	 */
	private static String uniform(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

	private static String nearest(String name, Map<String, String> known) {
		return known.entrySet()
			.stream()
			.min(Comparator.comparingInt((entry) -> distance(name, entry.getKey())))
			.map(Map.Entry::getValue)
			.orElseThrow();
	}

	/**
	 * Levenshtein's distance, which Spring does not offer.
	 */
	private static int distance(String one, String other) {
		int[] row = new int[other.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int substituted = diagonal + ((one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
			}
		}
		return row[other.length()];
	}

}
