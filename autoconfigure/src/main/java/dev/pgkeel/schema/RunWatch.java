package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.server.Preflight;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Watches a run from a thread of its own: says how far it is every 5 s, and, when a
 * statement takes long, asks the server on a second connection who is in its way. Without
 * a second connection the run goes on unwatched.
 */
final class RunWatch implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(RunWatch.class);

	private static final int TICK_MILLIS = 250;

	private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final String BLOCKERS = """
			select b.pid, b.usename, b.application_name, b.state,
			  pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - b.xact_start)::text as age
			from pg_catalog.pg_stat_activity b
			where b.pid = any(pg_catalog.pg_blocking_pids(?))
			order by b.xact_start nulls last""";

	private final Preflight preflight;

	private final RunProgress progress;

	private volatile @Nullable Connection run;

	private volatile int backendPid;

	private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "pgkeel-schema-watch");
		thread.setDaemon(true);
		return thread;
	});

	private @Nullable Connection connection;

	private boolean blind;

	private long reported = System.nanoTime();

	private volatile List<String> blockers = List.of();

	RunWatch(Preflight preflight, RunProgress progress) {
		this.preflight = preflight;
		this.progress = progress;
		this.executor.scheduleWithFixedDelay(this::look, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
	}

	/**
	 * Names the server's process to watch, which is another one in each transaction
	 * behind a pooler.
	 * @param run the connection of the scripts
	 * @param pid the process
	 */
	void watch(Connection run, int pid) {
		this.run = run;
		this.backendPid = pid;
	}

	private void look() {
		try {
			RunProgress.Place place = this.progress.place();
			long now = System.nanoTime();
			if (place.script() == null || place.statement() == null) {
				return;
			}
			if (now - this.reported >= PROGRESS_NANOS) {
				this.reported = now;
				logger.info("Schema scripts: %d of %d statements done, at %s:%s for %d s%s".formatted(
						this.progress.done(), this.progress.total(), place.script().name(),
						place.statement().position(), TimeUnit.NANOSECONDS.toSeconds(now - place.since()),
						this.blockers.isEmpty() ? "" : ", waiting for " + String.join(", ", this.blockers)));
			}
			if (now - place.since() >= SLOW_NANOS && !this.blind) {
				ask();
			}
		}
		catch (RuntimeException ex) {
			logger.debug("The run of the schema scripts cannot be watched", ex);
		}
	}

	private void ask() {
		try {
			if (this.connection == null) {
				this.connection = this.preflight.connect();
				if (isOfTheRun(this.connection)) {
					this.blind = true;
					return;
				}
				this.connection.setAutoCommit(true);
				SchemaInitializer.withoutNamedStatements(this.connection);
			}
			try (PreparedStatement statement = this.connection.prepareStatement(BLOCKERS)) {
				statement.setInt(1, this.backendPid);
				List<String> found = new ArrayList<>();
				try (ResultSet row = statement.executeQuery()) {
					while (row.next()) {
						found.add(Session.describe(row));
					}
				}
				if (!found.isEmpty()) {
					this.blockers = List.copyOf(found);
				}
			}
		}
		catch (SQLException ex) {
			this.blind = true;
			logger.debug("Who is in the way of the schema scripts cannot be asked", ex);
		}
	}

	/**
	 * A data source may have one connection, and autocommit would commit half a script.
	 * What it gives twice is the run's to close; a pool's, which the run has given back,
	 * is closed here.
	 */
	private boolean isOfTheRun(Connection other) throws SQLException {
		Connection scripts = this.run;
		if (other == scripts) {
			this.connection = null;
			return true;
		}
		return scripts != null && other.unwrap(PGConnection.class) == scripts.unwrap(PGConnection.class);
	}

	/**
	 * Describes why a lock could not be had.
	 * @param failure the server's error
	 * @return what happened and who was in the way
	 */
	String describe(SQLException failure) {
		return StatementFailure.describe(failure) + inTheWay();
	}

	private String inTheWay() {
		return this.blockers.isEmpty() ? "" : "; in the way: " + String.join(", ", this.blockers);
	}

	/**
	 * Explains that the last attempt ended without a lock.
	 * @param failure the server's error, or what was made of it
	 * @param attempts how many there were
	 * @return the exception to throw
	 */
	SchemaScriptException lockFailure(Exception failure, int attempts) {
		String message = (failure instanceof SQLException sql) ? describe(sql) : failure.getMessage() + inTheWay();
		return new SchemaScriptException(
				"The schema scripts could not be applied in " + attempts + " attempts: " + message,
				"Wait for the sessions in the way or end them (select pg_terminate_backend(pid)), and start again.",
				failure);
	}

	/**
	 * Does not wait for a question that is being asked; the connection is closed after
	 * it.
	 */
	@Override
	public void close() {
		this.executor.execute(this::disconnect);
		this.executor.shutdown();
	}

	private void disconnect() {
		try {
			if (this.connection != null) {
				this.connection.close();
			}
		}
		catch (SQLException ex) {
			logger.debug("The connection of the watch could not be closed", ex);
		}
	}

}
