package dev.pgkeel.schema;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A number that changes when a row of the catalog that belongs to one of a script's
 * objects is written: {@code xmin} names the transaction that wrote it. Looking at it
 * waits for no lock and reads no definition. A new session pays for each table of the
 * catalog that it looks into (some milliseconds in all, PostgreSQL 18), so it leaves out
 * those that hold none of the objects.
 */
final class CatalogStamp {

	private static final String RELATIONS = "r";

	/**
	 * What belongs to tables. A changed default writes {@code pg_attribute} too.
	 */
	private static final String BASE = """
			select oid, xmin as x, 1::bigint as catalog from pg_catalog.pg_class where oid = any(l.oids)
			union all select attrelid, xmin, 2 + attnum::bigint * 100 from pg_catalog.pg_attribute
			  where attrelid = any(l.oids) and attnum > 0
			union all select oid, xmin, 3 from pg_catalog.pg_constraint where conrelid = any(l.oids)
			union all select indexrelid, xmin, 4 + indisvalid::int * 100 from pg_catalog.pg_index
			  where indrelid = any(l.oids)
			union all select oid, xmin, 5 from pg_catalog.pg_trigger where tgrelid = any(l.oids) and not tgisinternal
			union all select oid, xmin, 6 from pg_catalog.pg_policy where polrelid = any(l.oids)""";

	private static final Map<String, String> OTHERS = others();

	private static final Map<String, Set<String>> KINDS = Map.of(RELATIONS,
			Set.of("table", "partitioned table", "column", "constraint", "index", "policy", "trigger", "foreign table"),
			"v", Set.of("view", "materialized view", "rule"), "f", Set.of("function", "procedure", "aggregate"), "t",
			Set.of("type", "domain", "enum"), "s", Set.of("sequence"), "e", Set.of("extension", "schema"));

	private CatalogStamp() {
	}

	private static Map<String, String> others() {
		Map<String, String> others = new LinkedHashMap<>();
		others.put("v", "select oid, xmin, 7 from pg_catalog.pg_rewrite where ev_class = any(l.oids)");
		others.put("f", "select oid, xmin, 8 from pg_catalog.pg_proc where oid = any(l.oids)");
		others.put("t", """
				select oid, xmin, 9 from pg_catalog.pg_type where oid = any(l.oids)
				union all select oid, xmin, 10 from pg_catalog.pg_enum where enumtypid = any(l.oids)
				union all select oid, xmin, 11 from pg_catalog.pg_constraint
				  where contypid <> 0 and contypid = any(l.oids)
				union all select a.attrelid, a.xmin, 15 + a.attnum::bigint * 100 from pg_catalog.pg_type t
				  join pg_catalog.pg_attribute a on a.attrelid = t.typrelid where t.oid = any(l.oids)""");
		others.put("s", "select seqrelid, xmin, 12 from pg_catalog.pg_sequence where seqrelid = any(l.oids)");
		others.put("e", """
				select oid, xmin, 13 from pg_catalog.pg_extension where oid = any(l.oids)
				union all select oid, xmin, 14 from pg_catalog.pg_namespace where oid = any(l.oids)""");
		return others;
	}

	/**
	 * Returns which parts of the catalog hold the objects.
	 * @param definitions the objects, as {@link ScriptState} has them
	 * @return a letter for each part; an unknown kind means all
	 */
	static String parts(Collection<String> definitions) {
		Set<String> parts = new TreeSet<>(Set.of(RELATIONS));
		for (String definition : definitions) {
			String object = definition.substring(definition.indexOf(' ') + 1);
			String kind = object.substring(0, Math.max(0, object.replaceFirst("[\"(].*", "").lastIndexOf(' ')));
			KINDS.entrySet()
				.stream()
				.filter((entry) -> entry.getValue().contains(kind))
				.findFirst()
				.ifPresentOrElse((entry) -> parts.add(entry.getKey()), () -> parts.addAll(OTHERS.keySet()));
		}
		return String.join("", parts);
	}

	/**
	 * Returns the expression of the stamp, over a row {@code l} with the {@code oids}.
	 * @param parts the parts of the catalog to look into
	 * @return the SQL
	 */
	static String expression(String parts) {
		StringBuilder sql = new StringBuilder(
				"(select coalesce(sum(pg_catalog.hashint8extended((r.oid::bigint << 32) # r.x::text::bigint, r.catalog)), 0)"
						+ "::text from (");
		sql.append(BASE);
		OTHERS.forEach((part, query) -> {
			if (parts.contains(part)) {
				sql.append(" union all ").append(query);
			}
		});
		return sql.append(") r)").toString();
	}

}
