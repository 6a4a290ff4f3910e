package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.ResourcePatternResolver;

/**
 * Scripts of an initializer that drop or empty tables, as far as their text says so.
 *
 * @param locations where these scripts are
 * @param tables the names of the tables, without their schemas
 * @param all whether any table may be meant
 */
record DroppingScripts(List<String> locations, Set<String> tables, boolean all) {

	private static final Log logger = LogFactory.getLog(DroppingScripts.class);

	private static final Pattern COMMENT = Pattern.compile("--[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

	private static final Pattern DROP_TABLE = Pattern.compile(
			"\\bdrop\\s+table\\s+(?:if\\s+exists\\s+)?([^;]+?)(?:\\s+(?:cascade|restrict))?\\s*(?:;|$)",
			Pattern.CASE_INSENSITIVE);

	private static final Pattern DROP_SCHEMA = Pattern.compile("\\b(?:drop\\s+(?:schema|owned)|truncate)\\b",
			Pattern.CASE_INSENSITIVE);

	static DroppingScripts among(Collection<String> locations) {
		Set<String> tables = new HashSet<>();
		boolean all = false;
		List<String> dropping = new ArrayList<>();
		for (String location : locations) {
			String text = COMMENT.matcher(text(location)).replaceAll(" ");
			int known = tables.size();
			boolean whole = DROP_SCHEMA.matcher(text).find();
			all |= whole;
			for (Matcher drop = DROP_TABLE.matcher(text); drop.find();) {
				for (String name : drop.group(1).split(",")) {
					tables.add(unqualified(name));
				}
			}
			if (whole || tables.size() > known) {
				dropping.add(location);
			}
		}
		return new DroppingScripts(dropping, tables, all);
	}

	boolean isEmpty() {
		return this.locations.isEmpty();
	}

	boolean drop(String table) {
		return this.all || this.tables.contains(unqualified(table));
	}

	@Override
	public String toString() {
		return "a script with DROP or TRUNCATE that is always run: " + String.join(", ", this.locations);
	}

	private static String unqualified(String name) {
		return name.strip().replaceFirst(".*\\.", "").replace("\"", "").toLowerCase(Locale.ROOT);
	}

	private static String text(String location) {
		ResourcePatternResolver resolver = new PathMatchingResourcePatternResolver();
		StringBuilder text = new StringBuilder();
		try {
			for (Resource resource : resolver.getResources(location.replaceFirst("^optional:", ""))) {
				if (resource.exists()) {
					text.append(resource.getContentAsString(StandardCharsets.UTF_8)).append('\n');
				}
			}
		}
		catch (IOException ex) {
			logger.debug("Script " + location + " cannot be read", ex);
		}
		return text.toString();
	}

}
