package dev.pgkeel.benchmarks;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.transaction.CommitResolution;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import dev.pgkeel.transaction.TransactionGuard;
import dev.pgkeel.transaction.TransactionGuardSettings;
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

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * How many transactions of one query an application makes, with all that is plain, and
 * with all that is guarded: pool, template, watch. The rounds let the two take turns in
 * one run, each time in a JVM and on a server of its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 2)
@Fork(1)
public class TransactionThroughputBenchmark {

	/**
	 * Which turn it is.
	 */
	@Param({ "1", "2", "3", "4", "5", "6" })
	public int round;

	/**
	 * What runs: {@code spring}, {@code guarded} or {@code resolving}.
	 */
	@Param({ "spring", "guarded" })
	public String template = "spring";

	private @Nullable EmbeddedPostgresServer server;

	private HikariDataSource pool = new HikariDataSource();

	private JdbcTemplate jdbc = new JdbcTemplate();

	private TransactionTemplate transactions = new TransactionTemplate();

	@Setup
	public void start() {
		this.server = EmbeddedPostgresServer.start(null, 0);
		this.pool.setJdbcUrl(this.server.jdbcUrl("postgres"));
		this.pool.setUsername(this.server.user());
		if (!this.template.equals("spring")) {
			this.pool = guarded(this.pool);
		}
		this.jdbc = new JdbcTemplate(this.pool);
		JdbcTransactionManager manager = new JdbcTransactionManager(this.pool);
		this.transactions = this.template.equals("spring") ? new TransactionTemplate(manager) : guarded(manager);
	}

	private static GuardedDataSource guarded(HikariDataSource pool) {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE,
				true);
		GuardedDataSource guarded = GuardedDataSource.of(pool, "pool", settings, (leak) -> {
		});
		Objects.requireNonNull(guarded.leases())
			.commitWith(new CommitResolution(new Preflight(guarded), false, Duration.ofSeconds(10), Clock.systemUTC()));
		return guarded;
	}

	private TransactionTemplate guarded(JdbcTransactionManager manager) {
		TransactionGuard guard = new TransactionGuard(
				new TransactionGuardSettings(PgkeelMode.ENFORCE, true, Duration.ofSeconds(5), null),
				(dataSource, holder) -> null);
		manager.addListener(guard);
		GuardedTransactionTemplate guarded = new GuardedTransactionTemplate(manager, new DefaultTransactionDefinition(),
				guard);
		return this.template.equals("resolving") ? guarded.withCommitResolution() : guarded;
	}

	@TearDown
	public void stop() {
		this.pool.close();
		if (this.server != null) {
			this.server.close();
		}
	}

	@Benchmark
	public @Nullable Object transaction() {
		return this.transactions.execute((status) -> this.jdbc.queryForObject("select 1", Integer.class));
	}

}
