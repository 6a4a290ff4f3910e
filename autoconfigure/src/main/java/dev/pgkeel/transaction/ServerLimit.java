package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.pgkeel.lease.LeasedConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

import org.springframework.util.ConcurrentReferenceHashMap;

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

	/**
	 * The server's timer that runs since BEGIN. A new value does not change a timer that
	 * runs, only zero ends it.
	 */
	private static final String TRANSACTION_TIMEOUT = "transaction_timeout";

	/**
	 * Roles may come and go, as those of a vault do.
	 */
	private static final int MAXIMUM_KNOWN = 1000;

	/**
	 * By data source, since a pool may set limits for its sessions itself.
	 */
	private final Map<Object, Map<Login, KnownSettings>> settings = new ConcurrentReferenceHashMap<>(16,
			ConcurrentReferenceHashMap.ReferenceType.WEAK);

	private final IntFunction<List<String>> names;

	ServerLimit() {
		this((version) -> (version >= 17) ? List.of(TRANSACTION_TIMEOUT)
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
	 * @param source what the connection is of
	 * @param pooled the connection of a transaction that has just begun
	 * @param limit the limit
	 * @throws SQLException if the connection is lost
	 */
	void tell(Object source, Connection pooled, Duration limit) throws SQLException {
		// HikariCP 7.0 closes a connection on which something is not supported (0A000)
		if (!pooled.isWrapperFor(BaseConnection.class)) {
			tellDriver(source, pooled, limit);
		}
		else if (pooled.isWrapperFor(LeasedConnection.class)) {
			pooled.unwrap(LeasedConnection.class)
				.withDriver(BaseConnection.class, (driver) -> tellDriver(source, driver, limit));
		}
		else {
			tellDriver(source, pooled.unwrap(BaseConnection.class), limit);
		}
	}

	private void tellDriver(Object source, Connection connection, Duration limit) throws SQLException {
		Login login = Login.of(connection);
		Map<Login, KnownSettings> settings = this.settings.computeIfAbsent(source, (key) -> new ConcurrentHashMap<>());
		KnownSettings known = settings.get(login);
		// The server's numbers end after 24 days
		if ((known != null && known.refused()) || limit.toMillis() > Integer.MAX_VALUE) {
			return;
		}
		List<String> wanted = this.names.apply(connection.getMetaData().getDatabaseMajorVersion());
		try {
			if (known != null) {
				set(connection, known.sets(wanted, limit.toMillis()));
			}
			else {
				remember(settings, login, learn(connection, wanted, limit.toMillis()));
			}
		}
		catch (SQLException ex) {
			if (SqlStates.outcomeUnknown(ex)) {
				throw ex;
			}
			undo(connection, ex);
			if (SqlStates.canceled(ex)) {
				return;
			}
			remember(settings, login, KnownSettings.REFUSED);
			logger.warn("The server refuses " + String.join(" and ", wanted)
					+ ", so that transactions are held to their" + " limits by the application alone", ex);
		}
	}

	private static void remember(Map<Login, KnownSettings> settings, Login login, KnownSettings known) {
		if (settings.size() >= MAXIMUM_KNOWN) {
			settings.clear();
		}
		settings.put(login, known);
	}

	// SHOW and SET take no snapshot, as a function would: the transaction's first query
	// still does, and SET TRANSACTION may still come before it
	private KnownSettings learn(Connection connection, List<String> names, long limit) throws SQLException {
		Map<String, Long> before = new LinkedHashMap<>();
		String show = names.stream().map((name) -> "SHOW " + name + "; ").collect(Collectors.joining());
		String sets = names.stream().map((name) -> restart(name, limit)).collect(Collectors.joining("; "));
		try (Statement statement = connection.createStatement()) {
			boolean rows = statement
				.execute("SAVEPOINT " + SAVEPOINT + "; " + show + sets + "; RELEASE SAVEPOINT " + SAVEPOINT);
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
		if (names.stream().anyMatch((name) -> known.isShorter(name, limit))) {
			// The timer that ran since BEGIN is gone by now
			set(connection,
					names.stream()
						.map((name) -> restart(name, known.isShorter(name, limit) ? known.own(name) : limit))
						.collect(Collectors.joining("; ")));
		}
		return known;
	}

	private static void set(Connection connection, String sets) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("SAVEPOINT " + SAVEPOINT + "; " + sets + "; RELEASE SAVEPOINT " + SAVEPOINT);
		}
	}

	private static String restart(String name, long millis) {
		return TRANSACTION_TIMEOUT.equals(name) ? assign(name, 0) + "; " + assign(name, millis) : assign(name, millis);
	}

	private static String assign(String name, long millis) {
		return "SET LOCAL " + name + " = " + millis;
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

		long own(String name) {
			return this.millis.getOrDefault(name, 0L);
		}

		boolean isShorter(String name, long limit) {
			return own(name) > 0 && own(name) < limit;
		}

		/**
		 * Where the role's own limit is the shorter one, the timer that runs since BEGIN
		 * is right.
		 */
		String sets(List<String> names, long limit) {
			return names.stream()
				.map((name) -> isShorter(name, limit) ? assign(name, own(name)) : restart(name, limit))
				.collect(Collectors.joining("; "));
		}

	}

	/**
	 * Whose settings a transaction has: behind one data source may be several databases.
	 * The driver knows both without asking the server.
	 *
	 * @param url the connection's own URL
	 * @param user the role that it logged in as
	 */
	private record Login(@Nullable String url, @Nullable String user) {

		static Login of(Connection connection) throws SQLException {
			DatabaseMetaData metaData = connection.getMetaData();
			return new Login(metaData.getURL(), metaData.getUserName());
		}

	}

}
