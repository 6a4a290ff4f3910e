package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells the server the limit of a transaction, for this transaction alone, in one round
 * trip and under a savepoint: a server that refuses breaks nothing, and is not asked
 * again. A limit that the role or the database has and that is shorter stays. Safe for
 * use by several threads.
 */
final class ServerLimit {

	private static final Log logger = LogFactory.getLog(ServerLimit.class);

	private static final String SAVEPOINT = "pgkeel_limit";

	private static final Pattern TIME = Pattern.compile("(\\d+)(us|ms|s|min|h|d)?");

	/**
	 * The driver reports an invalid savepoint where its own ({@code autosave}) has made
	 * the transaction go on already.
	 */
	private static final String NO_SUCH_SAVEPOINT = "3B001";

	private final Map<Object, KnownSettings> settings = new ConcurrentHashMap<>();

	private final IntFunction<List<String>> names;

	ServerLimit() {
		this((version) -> (version >= 17) ? List.of("transaction_timeout")
				: List.of("statement_timeout", "idle_in_transaction_session_timeout"));
	}

	/**
	 * Creates a limit.
	 * @param names the settings of a server's major version
	 */
	ServerLimit(IntFunction<List<String>> names) {
		this.names = names;
	}

	/**
	 * Tells the server.
	 * @param key what is the same for all connections to that server
	 * @param connection the connection of a transaction that has just begun
	 * @param limit the limit
	 * @throws SQLException if the connection is lost
	 */
	void tell(Object key, Connection connection, Duration limit) throws SQLException {
		KnownSettings known = this.settings.get(key);
		// The server's numbers end after 24 days
		if ((known != null && known.refused()) || limit.toMillis() > Integer.MAX_VALUE) {
			return;
		}
		List<String> wanted = this.names.apply(connection.getMetaData().getDatabaseMajorVersion());
		try {
			if (known != null) {
				set(connection, known.shorterOf(wanted, limit.toMillis()));
			}
			else {
				this.settings.put(key, learn(connection, wanted, limit.toMillis()));
			}
		}
		catch (SQLException ex) {
			if (SqlStates.outcomeUnknown(ex)) {
				throw ex;
			}
			undo(connection, ex);
			this.settings.put(key, KnownSettings.REFUSED);
			logger.warn("The server refuses " + String.join(" and ", wanted)
					+ ", so that transactions are held to their" + " limits by the application alone", ex);
		}
	}

	// SHOW and SET take no snapshot, as a function would: the transaction's first query
	// still does, and SET TRANSACTION may still come before it
	private KnownSettings learn(Connection connection, List<String> names, long limit) throws SQLException {
		Map<String, Long> before = new LinkedHashMap<>();
		String show = names.stream().map((name) -> "SHOW " + name + "; ").collect(Collectors.joining());
		Map<String, Long> wanted = new LinkedHashMap<>();
		names.forEach((name) -> wanted.put(name, limit));
		try (Statement statement = connection.createStatement()) {
			boolean rows = statement.execute("SAVEPOINT " + SAVEPOINT + "; " + show + sets(wanted));
			while (rows || statement.getUpdateCount() >= 0) {
				if (rows) {
					try (ResultSet row = statement.getResultSet()) {
						row.next();
						before.put(row.getMetaData().getColumnLabel(1), millis(row.getString(1)));
					}
				}
				rows = statement.getMoreResults();
			}
		}
		KnownSettings known = new KnownSettings(before);
		if (!known.shorterOf(names, limit).equals(wanted)) {
			set(connection, known.shorterOf(names, limit));
		}
		return known;
	}

	private static void set(Connection connection, Map<String, Long> values) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("SAVEPOINT " + SAVEPOINT + "; " + sets(values));
		}
	}

	private static String sets(Map<String, Long> values) {
		List<String> statements = new ArrayList<>();
		values.forEach((name, millis) -> statements.add("SET LOCAL " + name + " = " + millis));
		statements.add("RELEASE SAVEPOINT " + SAVEPOINT);
		return String.join("; ", statements);
	}

	private static void undo(Connection connection, SQLException failure) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT);
		}
		catch (SQLException ex) {
			if (!NO_SUCH_SAVEPOINT.equals(ex.getSQLState())) {
				ex.addSuppressed(failure);
				throw ex;
			}
		}
	}

	static long millis(String time) {
		Matcher matcher = TIME.matcher(time);
		if (!matcher.matches()) {
			return 0;
		}
		long number = Long.parseLong(matcher.group(1));
		String unit = (matcher.group(2) != null) ? matcher.group(2) : "ms";
		return switch (unit) {
			case "us" -> number / 1000;
			case "s" -> Duration.ofSeconds(number).toMillis();
			case "min" -> Duration.ofMinutes(number).toMillis();
			case "h" -> Duration.ofHours(number).toMillis();
			case "d" -> Duration.ofDays(number).toMillis();
			default -> number;
		};
	}

	/**
	 * What transactions have by themselves.
	 *
	 * @param millis the settings, 0 for no limit
	 */
	private record KnownSettings(Map<String, Long> millis) {

		static final KnownSettings REFUSED = new KnownSettings(Map.of());

		boolean refused() {
			return this.millis.isEmpty();
		}

		Map<String, Long> shorterOf(List<String> names, long limit) {
			Map<String, Long> shorter = new LinkedHashMap<>();
			for (String name : names) {
				long own = this.millis.getOrDefault(name, 0L);
				shorter.put(name, (own > 0 && own < limit) ? own : limit);
			}
			return shorter;
		}

	}

}
