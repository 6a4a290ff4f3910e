package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Asks the server for all its sessions, in one query that touches no table of a user.
 * <p>
 * An ordinary role sees neither the kind nor the state of other roles' sessions. It does
 * see that they have a database and a role, which some processes that serve no client
 * have too: the count is an upper bound then. Waits for locks are visible to everybody in
 * pg_locks, but not in pg_stat_activity (PostgreSQL 14 to 18). PgBouncer can add its
 * client's address to an application's name (application_name_add_host), which is taken
 * off. Functions are called with their schema: a search_path may lead to others of the
 * same name first, and those whose arguments fit better win wherever they are.
 */
final class SnapshotQuery {

	private static final int MOST_BLOCKED = 20;

	private static final int MOST_IDLE = 20;

	private static final int LONGEST_STATEMENT = 400;

	private static final String QUERY = """
			with me as materialized (
			  select oid, rolsuper, rolconnlimit from pg_catalog.pg_roles where rolname = %6$s
			), here as materialized (
			  select oid, datconnlimit from pg_catalog.pg_database where datname = pg_catalog.current_database()
			), activity as materialized (
			  select pid, datid, usesysid, state, state_change, xact_start, query, backend_type is null as hidden,
			    pg_catalog.regexp_replace(application_name, '(/[0-9a-z]{6})?( - [^ ]+:[0-9]+)?$', '') as application,
			    substring(application_name from '/([0-9a-z]{6})(?: - [^ ]+:[0-9]+)?$') as instance
			  from pg_catalog.pg_stat_activity
			  where coalesce(backend_type, case when datid is not null and usesysid is not null
			    then 'client backend' end) = 'client backend'
			), waiting as materialized (
			  select pid, extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.min(waitstart)) as seconds
			  from pg_catalog.pg_locks where not granted group by pid
			), longest as materialized (
			  select pid, seconds, pg_catalog.pg_blocking_pids(pid) as holders from (
			    select pid, seconds, pg_catalog.row_number() over (order by seconds desc nulls last) as place
			    from waiting) as w
			  where place <= %1$d or pid in (%2$s)
			), idle as materialized (
			  select pid from activity where state like 'idle in transaction%%'
			  order by state_change limit %3$d
			)
			select 'session' as kind, application as name,
			  coalesce(state, case when hidden then 'unknown' else 'disabled' end) as detail,
			  pg_catalog.count(*) as number,
			  pg_catalog.count(*) filter (where usesysid = (select oid from me)) as of_role,
			  pg_catalog.count(*) filter (where datid = (select oid from here)) as of_database,
			  pg_catalog.count(*) filter (where hidden) as hidden,
			  pg_catalog.max(extract(epoch from pg_catalog.clock_timestamp() - state_change))
			    filter (where state like 'idle in transaction%%') as seconds,
			  instance, null::numeric as transaction_seconds, null as query
			from activity group by application, instance, 3
			union all
			select 'limit', name, null, number, 0, 0, 0, null, null, null, null from me, here, lateral (values
			  ('max', pg_catalog.current_setting('max_connections')::bigint),
			  ('reserved', %7$s),
			  ('role', case when not rolsuper then rolconnlimit end),
			  ('database', case when not rolsuper then datconnlimit end),
			  ('all', pg_catalog.pg_has_role(session_user, 'pg_read_all_stats', 'usage')::int),
			  ('blocked', (select pg_catalog.count(*) from waiting))) as v (name, number)
			union all
			select 'blocked', (select application from activity a where a.pid = l.pid),
			  pg_catalog.array_to_string(holders, ','), pid, 0, 0, 0, seconds, null, null, null from longest l
			union all
			select 'seen', application, coalesce(state, case when hidden then 'unknown' else 'disabled' end), pid, 0, 0, 0,
			  extract(epoch from pg_catalog.clock_timestamp() - state_change), null,
			  extract(epoch from pg_catalog.clock_timestamp() - xact_start),
			  case when not hidden and %5$s then pg_catalog.left(query, %4$d) end
			from activity where pid in (%2$s) or pid in (select pg_catalog.unnest(holders) from longest)
			  or pid in (select pid from longest) or pid in (select pid from idle)
			""";

	private SnapshotQuery() {
	}

	static ServerSnapshot run(Connection connection, Duration timeout, Instant now) throws SQLException {
		return run(connection, timeout, now, null, List.of(), false);
	}

	/**
	 * Asks.
	 * @param connection a connection to the server
	 * @param timeout how long the server may take
	 * @param now the time
	 * @param role the role whose limit counts, {@code null} for the one that asks
	 * @param pids processes to look at one by one
	 * @param details whether statements are read too, and those that are idle in a
	 * transaction looked at one by one
	 * @return the answer
	 * @throws SQLException if the server does not answer
	 */
	static ServerSnapshot run(Connection connection, Duration timeout, Instant now, @Nullable String role,
			Collection<Integer> pids, boolean details) throws SQLException {
		List<SessionGroup> sessions = new ArrayList<>();
		List<BlockedSession> blocked = new ArrayList<>();
		Map<Integer, SeenSession> seen = new HashMap<>();
		Map<String, Integer> limits = new HashMap<>();
		try (Statement statement = connection.createStatement()) {
			statement.setQueryTimeout((int) timeout.toSeconds());
			try (ResultSet row = statement.executeQuery(sql(pids, details, name(role, connection)))) {
				while (row.next()) {
					switch (row.getString("kind")) {
						case "session" -> sessions.add(session(row));
						case "blocked" -> blocked.add(blocked(row));
						case "seen" -> seen.put(row.getInt("number"), seen(row));
						default -> limits.put(row.getString("name"), limit(row));
					}
				}
			}
		}
		SessionLimits sessionLimits = new SessionLimits(value(limits, "max"), value(limits, "reserved"),
				limits.get("role"), limits.get("database"));
		blocked.sort(Comparator.comparing(BlockedSession::waiting).reversed());
		return new ServerSnapshot(now, sessionLimits, value(limits, "all") == 1, List.copyOf(sessions),
				value(limits, "blocked"), List.copyOf(blocked), Map.copyOf(seen));
	}

	private static String sql(Collection<Integer> pids, boolean details, String role) {
		return QUERY.formatted(MOST_BLOCKED, list(pids), details ? MOST_IDLE : 0, LONGEST_STATEMENT, details, role,
				SessionLimits.RESERVED);
	}

	/**
	 * A pooler may know the role by another name than the server, such as Supabase's
	 * {@code role.project}.
	 */
	private static String name(@Nullable String role, Connection connection) throws SQLException {
		return (role != null)
				? "coalesce((select rolname from pg_catalog.pg_roles where rolname = '"
						+ connection.unwrap(PGConnection.class).escapeLiteral(role) + "'), session_user)"
				: "session_user";
	}

	/**
	 * A list that is empty matches nothing, as {@code null} does.
	 */
	private static String list(Collection<Integer> pids) {
		return pids.isEmpty() ? "null" : pids.stream().map(String::valueOf).collect(Collectors.joining(", "));
	}

	/**
	 * The catalog has -1 for "no limit".
	 */
	private static @Nullable Integer limit(ResultSet row) throws SQLException {
		int value = row.getInt("number");
		return (row.wasNull() || value < 0) ? null : value;
	}

	private static int value(Map<String, Integer> limits, String name) {
		Integer value = limits.get(name);
		return (value != null) ? value : 0;
	}

	private static SessionGroup session(ResultSet row) throws SQLException {
		return new SessionGroup(text(row, "name"), text(row, "instance"), text(row, "detail"), row.getInt("number"),
				row.getInt("of_role"), row.getInt("of_database"), row.getInt("hidden"), seconds(row, "seconds"));
	}

	private static BlockedSession blocked(ResultSet row) throws SQLException {
		List<Integer> holders = Stream.of(text(row, "detail").split(","))
			.filter((pid) -> !pid.isEmpty())
			.map(Integer::valueOf)
			.distinct()
			.toList();
		return new BlockedSession(row.getInt("number"), text(row, "name"), seconds(row, "seconds"), holders);
	}

	private static SeenSession seen(ResultSet row) throws SQLException {
		Duration unchanged = (row.getObject("seconds") != null) ? seconds(row, "seconds") : null;
		Duration transaction = (row.getObject("transaction_seconds") != null) ? seconds(row, "transaction_seconds")
				: null;
		return new SeenSession(row.getInt("number"), text(row, "name"), text(row, "detail"), unchanged, transaction,
				StatementText.withoutValues(row.getString("query")));
	}

	private static String text(ResultSet row, String column) throws SQLException {
		String text = row.getString(column);
		return (text != null) ? text : "";
	}

	private static Duration seconds(ResultSet row, String column) throws SQLException {
		return Duration.ofMillis(Math.max(0, Math.round(row.getDouble(column) * 1000)));
	}

}
