package dev.pgkeel.benchmarks.lease;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What remains of it beside one {@code SELECT 1} on a real server.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class QueryBenchmark {

	@Param({ "HIKARI", "GUARDED" })
	private Contender pool = Contender.HIKARI;

	private @Nullable EmbeddedPostgresServer server;

	private @Nullable Pool opened;

	@Setup
	public void open() throws SQLException {
		EmbeddedPostgresServer started = EmbeddedPostgresServer.start(null, 0);
		this.server = started;
		this.opened = this.pool.open(
				new Target(org.postgresql.Driver.class.getName(), started.jdbcUrl("postgres"), started.user()), 10,
				Duration.ofSeconds(10));
	}

	@TearDown
	public void close() {
		if (this.opened != null) {
			this.opened.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@Benchmark
	public int query() throws SQLException {
		Pool current = this.opened;
		if (current == null) {
			throw new IllegalStateException("not set up");
		}
		try (Connection connection = current.dataSource().getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT 1")) {
			row.next();
			return row.getInt(1);
		}
	}

}
