package dev.pgkeel.schema;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;

/**
 * Finds the schema scripts: location by location, and within one location in natural
 * order of the file names.
 */
final class SchemaScripts {

	private static final String OPTIONAL_PREFIX = "optional:";

	private static final Comparator<Resource> BY_NAME = Comparator
		.comparing((Resource resource) -> String.valueOf(resource.getFilename()), new NaturalOrder());

	private final ResourcePatternResolver resolver;

	private final List<String> locations;

	SchemaScripts(ResourcePatternResolver resolver, List<String> locations) {
		this.resolver = resolver;
		this.locations = List.copyOf(locations);
	}

	/**
	 * Reads all scripts.
	 * @return the scripts, in the order in which they run
	 */
	List<SchemaScript> read() {
		return find().stream().map(SchemaScript::of).toList();
	}

	/**
	 * Finds all scripts without reading them.
	 * @return the scripts, in the order in which they run
	 */
	List<Resource> find() {
		Map<String, Resource> byUrl = new LinkedHashMap<>();
		Map<String, Resource> byName = new HashMap<>();
		for (String location : this.locations) {
			for (Resource resource : resolve(location)) {
				if (byUrl.putIfAbsent(url(resource), resource) == null) {
					Resource twin = byName.put(String.valueOf(resource.getFilename()), resource);
					if (twin != null) {
						throw sameName(resource, twin);
					}
				}
			}
		}
		return List.copyOf(byUrl.values());
	}

	private List<Resource> resolve(String declared) {
		boolean optional = declared.startsWith(OPTIONAL_PREFIX);
		String location = optional ? declared.substring(OPTIONAL_PREFIX.length()) : declared;
		boolean pattern = location.contains("*") || location.contains("?");
		List<Resource> found = new ArrayList<>();
		try {
			for (Resource resource : this.resolver.getResources(location)) {
				if (resource.exists() && resource.isReadable()) {
					found.add(resource);
				}
			}
		}
		catch (FileNotFoundException ex) {
			// A pattern in a folder that does not exist: nothing is there
		}
		catch (IOException ex) {
			throw new SchemaScriptException(
					"pgkeel.schema.locations names '" + declared + "', which cannot be searched: " + ex.getMessage(),
					"Correct the location.", ex);
		}
		if (found.isEmpty() && !optional && !pattern) {
			throw new SchemaScriptException("pgkeel.schema.locations names '" + declared + "', but no such file exists",
					"Correct the location, or write 'optional:" + location + "' if the script may be absent.", null);
		}
		found.sort(BY_NAME);
		return found;
	}

	private static String url(Resource resource) {
		try {
			return resource.getURL().toString();
		}
		catch (IOException ex) {
			return resource.getDescription();
		}
	}

	private static SchemaScriptException sameName(Resource one, Resource other) {
		return new SchemaScriptException(
				"Two schema scripts are called " + one.getFilename() + ": " + one.getDescription() + " and "
						+ other.getDescription(),
				"Rename one of them, so that their order is clear, or name the one to apply in pgkeel.schema.locations.",
				null);
	}

}
