package dev.pgkeel.sample;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.testsupport.TestDatabase;

/**
 * Counts a database's sessions every 100 ms, by a superuser's session of its own, which
 * is not counted.
 */
final class SessionCensus implements AutoCloseable {

	private static final String SESSIONS = """
			SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND backend_type = 'client backend'""";

	private final Connection connection;

	private final PreparedStatement statement;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	private volatile int most;

	private volatile int samples;

	private volatile SQLException failure;

	SessionCensus(TestDatabase database) throws SQLException {
		this.connection = database.connect();
		this.statement = this.connection.prepareStatement(SESSIONS);
		this.clock.scheduleAtFixedRate(this::count, 0, 100, TimeUnit.MILLISECONDS);
	}

	private void count() {
		try (ResultSet row = this.statement.executeQuery()) {
			row.next();
			this.most = Math.max(this.most, row.getInt(1));
			this.samples = this.samples + 1;
		}
		catch (SQLException ex) {
			this.failure = ex;
		}
	}

	/**
	 * Returns the most sessions that were seen at once.
	 */
	int most() throws SQLException {
		if (this.failure != null) {
			throw this.failure;
		}
		return this.most;
	}

	int samples() {
		return this.samples;
	}

	@Override
	public void close() throws SQLException {
		this.clock.shutdownNow();
		this.connection.close();
	}

}
