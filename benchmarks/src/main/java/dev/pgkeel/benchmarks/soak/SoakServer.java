package dev.pgkeel.benchmarks.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;

import dev.pgkeel.embedded.EmbeddedPostgresServer;

import org.springframework.util.FileSystemUtils;

/**
 * A server that keeps what it acknowledged, can be restarted, and has a superuser who
 * ends sessions.
 */
final class SoakServer implements AutoCloseable {

	private static final String SESSIONS = """
			from pg_stat_activity where backend_type = 'client backend' and usename = 'soak'""";

	private final Path data;

	private EmbeddedPostgresServer server;

	SoakServer() throws IOException, SQLException {
		this.data = Files.createTempDirectory("pgkeel-soak-data");
		this.server = EmbeddedPostgresServer.start(this.data, 0);
		execute("create role soak login");
		execute("create table ledger (row int primary key, body text not null)");
		execute("grant select, insert on ledger to soak");
	}

	int port() {
		return this.server.port();
	}

	void restart() {
		int port = port();
		this.server.close();
		this.server = EmbeddedPostgresServer.start(this.data, port);
	}

	/**
	 * Ends sessions of the application.
	 * @param most how many
	 */
	void terminate(int most) throws SQLException {
		execute("select pg_terminate_backend(pid) from (select pid " + SESSIONS + " order by random() limit " + most
				+ ") as victims");
	}

	int sessions() throws SQLException {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select count(*) " + SESSIONS)) {
			row.next();
			return row.getInt(1);
		}
	}

	BitSet rows() throws SQLException {
		BitSet rows = new BitSet();
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select row from ledger")) {
			while (row.next()) {
				rows.set(row.getInt(1));
			}
		}
		return rows;
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection(this.server.jdbcUrl("postgres"), this.server.user(), "");
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		FileSystemUtils.deleteRecursively(this.data);
	}

}
