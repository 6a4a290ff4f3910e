package dev.pgkeel.schema;

import java.util.List;

/**
 * What is read of the catalog: tables of the catalog alone, and no function that would
 * wait for a lock of another session ({@code pg_get_viewdef}, {@code pg_get_indexdef},
 * {@code pg_get_expr} and size functions wait behind ACCESS EXCLUSIVE, PostgreSQL 14 to
 * 18).
 * <p>
 * Each query returns {@code kind}, {@code oid}, {@code sub} (a column's number),
 * {@code parent} (the oid of what the object belongs to), {@code owner} (of a sequence:
 * the table whose column it serves) and {@code name}, and then the parts of the
 * definition, whose labels tell how they are read: {@code ref_} an oid, {@code refs_} a
 * list of oids, {@code tree_} an expression, {@code atts_} numbers of the parent's
 * columns, {@code fatts_} of those of {@code ref_table}, all others as they are.
 * <p>
 * The server's own objects have oids below 16384. What lies in a schema that is not read,
 * or belongs to an extension, is left out by the reader: joins would have to be planned
 * anew in each session, which takes longer than to run them.
 */
final class CatalogQueries {

	private static final String SCHEMAS = """
			select 'schema' as kind, n.oid, 0 as sub, 0::oid as parent, 0::oid as owner, n.nspname as name
			  from pg_catalog.pg_namespace n
			  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
			""";

	private static final String EXTENSIONS = """
			select 'extension', e.oid, 0, 0::oid, 0::oid, e.extname, e.extversion, e.extnamespace as ref_schema
			  from pg_catalog.pg_extension e
			""";

	private static final String RELATIONS = """
			select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
			    else 'table' end, c.oid, 0, c.relnamespace, 0::oid, c.relname,
			    c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions,
			    c.reloftype as ref_type, c.relpartbound::text as tree_bound, p.partstrat, p.partattrs::text as atts_key,
			    p.partexprs::text as tree_key, i.parents::text as refs_parents,
			    f.ftserver as ref_server, f.ftoptions, c.relfilenode as storage, c.relispartition as partition
			  from pg_catalog.pg_class c
			  left join pg_catalog.pg_partitioned_table p on p.partrelid = c.oid
			  left join (select inhrelid, array_agg(inhparent order by inhseqno) as parents
			    from pg_catalog.pg_inherits group by inhrelid) i on i.inhrelid = c.oid
			  left join pg_catalog.pg_foreign_table f on f.ftrelid = c.oid
			  where c.oid >= 16384 and c.relkind in ('r', 'p', 'f', 'v', 'm')
			""";

	private static final String SEQUENCES = """
			select 'sequence', c.oid, 0, c.relnamespace, coalesce(d.refobjid, 0::oid), c.relname,
			    c.relpersistence, s.seqtypid as ref_type, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache,
			    s.seqcycle, d.refobjsubid as serves
			  from pg_catalog.pg_class c join pg_catalog.pg_sequence s on s.seqrelid = c.oid
			  left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid
			    and d.objsubid = 0 and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')
			  where c.oid >= 16384
			""";

	private static final String TYPES = """
			select 'type', t.oid, 0, t.typnamespace, t.typrelid, t.typname,
			    t.typtype, t.typbasetype as ref_base, t.typtypmod, t.typnotnull, t.typcollation as ref_collation,
			    t.typdefaultbin::text as tree_default, t.typdefault, t.typinput::oid as ref_input,
			    r.rngsubtype as ref_subtype, e.labels
			  from pg_catalog.pg_type t
			  left join pg_catalog.pg_class c on c.oid = t.typrelid
			  left join pg_catalog.pg_range r on r.rngtypid = t.oid
			  left join (select enumtypid, array_agg(enumlabel order by enumsortorder)::text as labels
			    from pg_catalog.pg_enum group by enumtypid) e on e.enumtypid = t.oid
			  where t.oid >= 16384 and t.typtype <> 'm' and t.typcategory <> 'A' and (t.typrelid = 0 or c.relkind = 'c')
			""";

	private static final String COLUMNS = """
			select 'column', a.attrelid, a.attnum, a.attrelid, 0::oid, a.attname,
			    a.atttypid as ref_type, a.atttypmod, a.attnotnull, a.attcollation as ref_collation, a.attidentity,
			    a.attgenerated, d.adbin::text as tree_default
			  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
			  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
			  where c.oid >= 16384 and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'c')
			""";

	private static final String INDEXES = """
			select 'index', c.oid, 0, i.indrelid, 0::oid, c.relname,
			    c.relam as ref_method, i.indisunique, i.indisvalid, i.indnkeyatts, i.indkey::text as atts_key,
			    i.indcollation::text as refs_collations, i.indclass::text as refs_classes, i.indoption::text,
			    c.reloptions, %s, i.indexprs::text as tree_key, i.indpred::text as tree_predicate,
			    c.relispartition as partition
			  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
			  where i.indexrelid >= 16384
			""";

	/**
	 * Not-null constraints (in the catalog since PostgreSQL 18) are part of the column,
	 * and constraint triggers are triggers.
	 */
	private static final String CONSTRAINTS = """
			select 'constraint', k.oid, 0, case when k.conrelid <> 0 then k.conrelid else k.contypid end,
			    case when k.contype in ('p', 'u', 'x') then k.conindid else 0::oid end,
			    k.conname, k.contype, k.condeferrable, k.condeferred, k.convalidated, k.confrelid as ref_table,
			    k.confupdtype, k.confdeltype, k.confmatchtype, k.conkey::text as atts_key, k.confkey::text as fatts_key,
			    k.conexclop::text as refs_operators, k.conbin::text as tree_check,
			    k.conparentid <> 0 as partition
			  from pg_catalog.pg_constraint k
			  where k.oid >= 16384 and k.contype in ('c', 'f', 'p', 'u', 'x')
			""";

	private static final String POLICIES = """
			select 'policy', p.oid, 0, p.polrelid, 0::oid, p.polname, p.polcmd, p.polpermissive,
			    array(select r.rolname from pg_catalog.pg_roles r where r.oid = any (p.polroles) order by 1)::text,
			    p.polqual::text as tree_using, p.polwithcheck::text as tree_check
			  from pg_catalog.pg_policy p
			""";

	private static final String TRIGGERS = """
			select 'trigger', t.oid, 0, t.tgrelid, 0::oid, t.tgname, t.tgtype, t.tgfoid as ref_function, t.tgenabled,
			    t.tgdeferrable, t.tginitdeferred, t.tgattr::text as atts_key, t.tgargs::text, t.tgoldtable, t.tgnewtable,
			    t.tgqual::text as tree_when, t.tgparentid <> 0 as partition
			  from pg_catalog.pg_trigger t
			  where not t.tgisinternal
			""";

	/**
	 * A view's query is a rule of the name {@code _RETURN}.
	 */
	private static final String RULES = """
			select 'rule', r.oid, 0, r.ev_class, 0::oid, r.rulename, r.ev_type, r.is_instead, r.ev_enabled,
			    r.ev_qual::text as tree_when, r.ev_action::text as tree_action
			  from pg_catalog.pg_rewrite r
			  where r.oid >= 16384
			""";

	private static final String ROUTINES = """
			select case f.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
			    f.oid, 0, f.pronamespace, 0::oid, f.proname, pg_catalog.oidvectortypes(f.proargtypes) as signature,
			    f.prokind, f.proallargtypes::text as refs_types, f.proargmodes::text, f.proargnames, f.prorettype as ref_result,
			    f.proretset, f.provolatile, f.proisstrict, f.prosecdef, f.proleakproof, f.proparallel, f.procost, f.prorows,
			    f.proconfig, l.lanname, f.prosrc, f.probin, f.prosqlbody::text as tree_body,
			    f.proargdefaults::text as tree_defaults, a.aggtransfn::oid as ref_transition, a.aggfinalfn::oid as ref_final,
			    a.aggtranstype as ref_state, a.agginitval
			  from pg_catalog.pg_proc f join pg_catalog.pg_language l on l.oid = f.prolang
			  left join pg_catalog.pg_aggregate a on a.aggfnoid = f.oid
			  where f.oid >= 16384
			""";

	/**
	 * Names of whatever a definition may refer to: an oid is another one after a dump and
	 * restore.
	 */
	private static final String NAMES = """
			select o.oid, n.nspname, o.name from (
			  select oid, typnamespace as namespace, typname as name from pg_catalog.pg_type where oid >= 16384
			  union all select oid, oprnamespace, oprname || ' ' || oprleft::text || ' ' || oprright::text
			    from pg_catalog.pg_operator where oid >= 16384
			  union all select oid, collnamespace, collname from pg_catalog.pg_collation where oid >= 16384
			  union all select oid, opcnamespace, opcname from pg_catalog.pg_opclass where oid >= 16384
			  union all select oid, relnamespace, relname from pg_catalog.pg_class
			    where oid >= 16384 and relkind in ('i', 'I')
			  union all select oid, pronamespace, proname from pg_catalog.pg_proc where oid >= 16384
			) o join pg_catalog.pg_namespace n on n.oid = o.namespace
			union all select oid, null, enumlabel from pg_catalog.pg_enum
			union all select oid, null, srvname from pg_catalog.pg_foreign_server
			union all select oid, null, nspname from pg_catalog.pg_namespace
			""";

	private static final String MEMBERS = """
			select x.classid::regclass::text, x.objid from pg_catalog.pg_depend x
			  where x.deptype = 'e' and x.classid in ('pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_class'::regclass,
			    'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_proc'::regclass)
			""";

	private CatalogQueries() {
	}

	/**
	 * Returns the queries for objects, parents before children.
	 * @param version the server's major version
	 * @return the queries
	 */
	static List<String> objects(int version) {
		String nulls = (version >= 15) ? "i.indnullsnotdistinct" : "false as indnullsnotdistinct";
		return List.of(SCHEMAS, EXTENSIONS, RELATIONS, SEQUENCES, TYPES, COLUMNS, INDEXES.formatted(nulls), CONSTRAINTS,
				POLICIES, TRIGGERS, RULES, ROUTINES);
	}

	/**
	 * Returns the query for oids and their names.
	 * @return the query
	 */
	static String names() {
		return NAMES;
	}

	/**
	 * Returns the query for what belongs to extensions.
	 * @return the query, for the name of a table of the catalog and an oid
	 */
	static String members() {
		return MEMBERS;
	}

}
