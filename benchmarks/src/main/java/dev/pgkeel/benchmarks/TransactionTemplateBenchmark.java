package dev.pgkeel.benchmarks;

import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.SimpleTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What the guarded template costs beside Spring's own: alone, with a transaction manager
 * that does nothing, and with one query on a real server.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class TransactionTemplateBenchmark {

	private final TransactionTemplate springAlone = new TransactionTemplate(new NoTransactionManager());

	private final TransactionTemplate guardedAlone = new GuardedTransactionTemplate(new NoTransactionManager());

	private @Nullable EmbeddedPostgresServer server;

	private HikariDataSource pool = new HikariDataSource();

	private JdbcTemplate jdbc = new JdbcTemplate();

	private TransactionTemplate spring = this.springAlone;

	private TransactionTemplate guarded = this.guardedAlone;

	@Setup
	public void start() {
		this.server = EmbeddedPostgresServer.start(null, 0);
		this.pool.setJdbcUrl(this.server.jdbcUrl("postgres"));
		this.pool.setUsername(this.server.user());
		this.jdbc = new JdbcTemplate(this.pool);
		PlatformTransactionManager manager = new JdbcTransactionManager(this.pool);
		this.spring = new TransactionTemplate(manager);
		this.guarded = new GuardedTransactionTemplate(manager);
	}

	@TearDown
	public void stop() {
		this.pool.close();
		if (this.server != null) {
			this.server.close();
		}
	}

	@Benchmark
	public Object springAlone() {
		return this.springAlone.execute((status) -> status);
	}

	@Benchmark
	public Object guardedAlone() {
		return this.guardedAlone.execute((status) -> status);
	}

	@Benchmark
	public @Nullable Object springWithQuery() {
		return this.spring.execute((status) -> this.jdbc.queryForObject("select 1", Integer.class));
	}

	@Benchmark
	public @Nullable Object guardedWithQuery() {
		return this.guarded.execute((status) -> this.jdbc.queryForObject("select 1", Integer.class));
	}

	/**
	 * Does nothing, so that only the template is measured.
	 */
	private static final class NoTransactionManager implements PlatformTransactionManager {

		@Override
		public TransactionStatus getTransaction(@Nullable TransactionDefinition definition) {
			return new SimpleTransactionStatus();
		}

		@Override
		public void commit(TransactionStatus status) {
		}

		@Override
		public void rollback(TransactionStatus status) {
		}

	}

}
