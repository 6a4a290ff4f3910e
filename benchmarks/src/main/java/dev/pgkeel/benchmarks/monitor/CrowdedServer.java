package dev.pgkeel.benchmarks.monitor;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * A server with a role {@code watcher}, a role {@code other}, and many sessions of the
 * latter.
 */
final class CrowdedServer implements AutoCloseable {

	private final EmbeddedPostgres server;

	private final List<Connection> sessions = new ArrayList<>();

	CrowdedServer(int maxConnections) throws IOException, SQLException {
		this.server = EmbeddedPostgres.builder()
			.setServerConfig("max_connections", String.valueOf(maxConnections))
			.setServerConfig("shared_preload_libraries", "pg_stat_statements")
			.setServerConfig("pg_stat_statements.track_planning", "on")
			.start();
		execute("create role watcher login");
		execute("create role other login");
		execute("create extension pg_stat_statements");
	}

	String url() {
		return "jdbc:postgresql://localhost:" + this.server.getPort() + "/postgres";
	}

	Connection connect(String role) throws SQLException {
		return DriverManager.getConnection(url() + "?ApplicationName=service" + this.sessions.size() % 25, role, "");
	}

	void execute(String sql) throws SQLException {
		try (Connection connection = connect("postgres"); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * Opens sessions, every tenth of which idles in a transaction.
	 */
	void crowd(int number) throws SQLException {
		for (int i = 0; i < number; i++) {
			Connection session = connect("other");
			this.sessions.add(session);
			if (i % 10 == 0) {
				session.setAutoCommit(false);
				session.createStatement().execute("select 1");
			}
		}
	}

	/**
	 * Opens sessions until there is no slot left for anybody.
	 */
	void fill() throws SQLException {
		for (String role : List.of("other", "postgres")) {
			try {
				while (true) {
					this.sessions.add(connect(role));
				}
			}
			catch (SQLException ex) {
				if (!"53300".equals(ex.getSQLState())) {
					throw ex;
				}
			}
		}
	}

	@Override
	public void close() throws IOException, SQLException {
		for (Connection session : this.sessions) {
			session.close();
		}
		this.server.close();
	}

}
