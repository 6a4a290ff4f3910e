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
 * is in it.
 */
final class AllowedLosses {

	private static final String DIRECTIVE = "pgkeel:allow-loss";

	private static final Pattern OBJECT = Pattern
		.compile("((?:\"(?:[^\"]++|\"\")*+\"|\\([^)]*\\)|[^\\s\"(])++)\\s+(\\S.*)", Pattern.DOTALL);

	private static final Pattern PART = Pattern.compile("\"(?:[^\"]++|\"\")*+\"|\\([^\"]*|[^\"(.]+");

	private static final Set<String> RELATIONS = Set.of("table", "view", "materialized view", "foreign table",
			"sequence");

	private final Set<String> names = new HashSet<>();

	private final Set<String> relations = new HashSet<>();

	/**
	 * Reads what the scripts allow.
	 * @param scripts the scripts
	 * @param before the catalog before they ran
	 * @return what may be lost
	 */
	static AllowedLosses of(List<ScriptOutline> scripts, CatalogSnapshot before) {
		AllowedLosses allowed = of(scripts);
		before.objects()
			.stream()
			.filter((object) -> RELATIONS.contains(object.kind()))
			.forEach((object) -> allowed.relations.add(withoutSchema(object.identity())));
		return allowed;
	}

	static AllowedLosses of(List<ScriptOutline> scripts) {
		AllowedLosses allowed = new AllowedLosses();
		for (ScriptOutline outline : scripts) {
			SchemaScript script = outline.script();
			try (SqlSplitter splitter = new SqlSplitter(script)) {
				for (SqlStatement sql = splitter.next(); sql != null; sql = splitter.next()) {
					for (String directive : sql.directives()) {
						allowed.add(script, sql, directive);
					}
				}
			}
		}
		return allowed;
	}

	private void add(SchemaScript script, SqlStatement statement, String directive) {
		if (!directive.startsWith(DIRECTIVE)) {
			return;
		}
		Matcher matcher = OBJECT.matcher(directive.substring(DIRECTIVE.length()).strip());
		if (!matcher.matches()) {
			throw script.failure(statement.position(),
					"'-- " + directive + "' above this statement names no object, or gives no reason",
					"Write '-- pgkeel:allow-loss <object> <reason>', such as"
							+ " '-- pgkeel:allow-loss tenants.plan moved to subscriptions'.");
		}
		this.names.add(folded(matcher.group(1)));
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
			if (!ambiguous && covers(part.object())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What a column took along, such as its index, is allowed with the column.
	 */
	boolean coversColumnOf(CatalogEntry entry, List<CatalogEntry> droppedColumns) {
		return droppedColumns.stream().anyMatch((column) -> entry.uses(column) && covers(column));
	}

	private boolean covers(CatalogObject object) {
		String identity = object.identity();
		String name = withoutSchema(identity);
		return this.names.contains(identity) || this.names.contains(name)
				|| this.names.contains(withoutArguments(identity)) || this.names.contains(withoutArguments(name));
	}

	private static String withoutSchema(String identity) {
		return identity.substring(identity.indexOf('.') + 1);
	}

	private static String withoutArguments(String name) {
		int parenthesis = name.indexOf('(');
		return (parenthesis > 0) ? name.substring(0, parenthesis) : name;
	}

}
