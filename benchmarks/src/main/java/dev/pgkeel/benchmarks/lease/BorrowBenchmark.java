package dev.pgkeel.benchmarks.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one borrow and return costs without a database, by the depth of the caller's
 * stack.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class BorrowBenchmark {

	private static final int BORROWS = 1000;

	@Param({ "HIKARI", "GUARDED", "GUARDED_ARMED", "HIKARI_DETECTION", "AGROAL", "AGROAL_REPORT", "TOMCAT_REMOVE",
			"TOMCAT_LOG" })
	private Contender pool = Contender.HIKARI;

	/**
	 * Frames that the caller has below it, beside the dozen of the harness.
	 */
	@Param({ "10", "120" })
	private int depth = 10;

	private @Nullable Pool opened;

	@Setup
	public void open() throws SQLException {
		this.opened = this.pool.open(new Target(StubDriver.class.getName(), StubDriver.URL, "nobody"), 16,
				Duration.ofSeconds(10));
	}

	@TearDown
	public void close() {
		if (this.opened != null) {
			this.opened.close();
		}
	}

	/**
	 * Goes down once for many borrows, so that the way down does not count.
	 * @param blackhole takes the connections
	 * @throws SQLException if there is none
	 */
	@Benchmark
	@OperationsPerInvocation(BORROWS)
	public void borrow(Blackhole blackhole) throws SQLException {
		down(this.depth, blackhole);
	}

	@CompilerControl(CompilerControl.Mode.DONT_INLINE)
	private void down(int frames, Blackhole blackhole) throws SQLException {
		if (frames > 0) {
			down(frames - 1, blackhole);
			return;
		}
		Pool current = this.opened;
		if (current == null) {
			throw new IllegalStateException("not set up");
		}
		for (int i = 0; i < BORROWS; i++) {
			try (Connection connection = current.dataSource().getConnection()) {
				blackhole.consume(connection);
			}
		}
	}

}
