package dev.pgkeel.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What scripts allow to be destroyed: {@code -- pgkeel:allow-loss <object> <reason>}
 * above a statement. A table stands for all that belongs to it, and a schema for all that
 * is in it. A name without a schema is looked for where the session finds it, and in
 * {@code public}, whose objects are reported without it; where a script sets the search
 * path, in all schemas.
 */
final class AllowedLosses {

	private static final String DIRECTIVE = "pgkeel:allow-loss";

	private static final Pattern OBJECT = Pattern
		.compile("((?:\"(?:[^\"]++|\"\")*+\"|\\([^)]*\\)|[^\\s\"(])++)\\s+(\\S.*)", Pattern.DOTALL);

	private static final Pattern PART = Pattern.compile("\"(?:[^\"]++|\"\")*+\"|\\([^\"]*|[^\"(.]+");

	private static final String DEFAULT_SCHEMA = "public";

	private static final Set<String> RELATIONS = Set.of("table", "view", "materialized view", "foreign table",
			"sequence");

	private final CatalogSnapshot before;

	private final Set<String> names = new HashSet<>();

	private final Set<String> anywhere = new HashSet<>();

	private final Set<String> relations = new HashSet<>();

	private AllowedLosses(CatalogSnapshot before) {
		this.before = before;
	}

	/**
	 * Reads what the scripts allow.
	 * @param scripts the scripts
	 * @param before the catalog before they ran
	 * @return what may be lost
	 */
	static AllowedLosses of(List<ScriptOutline> scripts, CatalogSnapshot before) {
		AllowedLosses allowed = new AllowedLosses(before);
		before.entries()
			.values()
			.stream()
			.filter((entry) -> RELATIONS.contains(entry.object().kind()))
			.forEach((entry) -> allowed.relations.add(withoutSchema(entry)));
		for (ScriptOutline outline : scripts) {
			try (SqlSplitter splitter = new SqlSplitter(outline.script())) {
				for (SqlStatement sql = splitter.next(); sql != null; sql = splitter.next()) {
					for (String directive : sql.directives()) {
						allowed.add(outline, sql, directive);
					}
				}
			}
		}
		return allowed;
	}

	private void add(ScriptOutline outline, SqlStatement statement, String directive) {
		if (!directive.startsWith(DIRECTIVE)) {
			return;
		}
		Matcher matcher = OBJECT.matcher(directive.substring(DIRECTIVE.length()).strip());
		if (!matcher.matches()) {
			throw outline.script()
				.failure(statement.position(),
						"'-- " + directive + "' above this statement names no object, or gives no reason",
						"Write '-- pgkeel:allow-loss <object> <reason>', such as"
								+ " '-- pgkeel:allow-loss tenants.plan moved to subscriptions'.");
		}
		String name = folded(matcher.group(1));
		this.names.add(name);
		if (outline.sets().contains("search_path")) {
			this.anywhere.add(name);
		}
	}

	/**
	 * As the server does it: what is not quoted is in lower case. A reserved word needs
	 * no quotes here.
	 */
	private static String folded(String name) {
		return PART.matcher(name).replaceAll((part) -> {
			String text = part.group();
			String lower = text.startsWith("\"") ? text : text.toLowerCase(Locale.ROOT);
			return Matcher.quoteReplacement(SqlNames.isReserved(lower) ? SqlNames.always(lower) : lower);
		});
	}

	boolean isEmpty() {
		return this.names.isEmpty();
	}

	/**
	 * Returns whether an object, or what it belongs to, may be destroyed. The name of a
	 * table does not stand for what is in a schema of the same name.
	 */
	boolean covers(CatalogEntry entry) {
		for (@Nullable
		CatalogEntry part = entry; part != null; part = part.parent()) {
			boolean ambiguous = part != entry && part.is("schema") && this.relations.contains(part.object().identity());
			if (!ambiguous && isNamed(part)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What a column took along, such as its index, is allowed with the column. A policy
	 * is not: it protects the other columns too.
	 */
	boolean coversColumnOf(CatalogEntry entry, List<CatalogEntry> droppedColumns) {
		return !entry.is("policy")
				&& droppedColumns.stream().anyMatch((column) -> entry.uses(column) && covers(column));
	}

	private boolean isNamed(CatalogEntry entry) {
		String schema = root(entry).object().identity();
		boolean found = schema.equals(DEFAULT_SCHEMA) || this.before.isOnSearchPath(schema);
		return contains(this.names, entry.object().identity())
				|| contains(found ? this.names : this.anywhere, withoutSchema(entry));
	}

	private static boolean contains(Set<String> names, String name) {
		return names.contains(name) || names.contains(withoutArguments(name));
	}

	private static String withoutSchema(CatalogEntry entry) {
		CatalogEntry schema = root(entry);
		String identity = entry.object().identity();
		return (schema != entry) ? identity.substring(schema.object().identity().length() + 1) : identity;
	}

	private static CatalogEntry root(CatalogEntry entry) {
		CatalogEntry parent = entry.parent();
		return (parent != null) ? root(parent) : entry;
	}

	private static String withoutArguments(String name) {
		int parenthesis = name.indexOf('(');
		return (parenthesis > 0) ? name.substring(0, parenthesis) : name;
	}

}
