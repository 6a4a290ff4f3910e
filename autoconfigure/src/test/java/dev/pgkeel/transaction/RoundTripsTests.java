package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.function.UnaryOperator;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the round trips of a guarded transaction, counted between the application and
 * the server.
 */
class RoundTripsTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final PgProxy proxy = PgProxy.to(this.database.jdbcUrl());

	private final HikariDataSource pool = ResolvingPools.of(this.proxy.jdbcUrl(this.database.name()), this.database, 1);

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool);

	private final TransactionGuard guard = new TransactionGuard(
			new TransactionGuardSettings(PgkeelMode.ENFORCE, true, Duration.ofSeconds(5), null),
			(dataSource, holder) -> null);

	private final JdbcTransactionManager manager = new JdbcTransactionManager(this.pool);

	private final TransactionTemplate spring = new TransactionTemplate(new JdbcTransactionManager(this.pool));

	private final GuardedTransactionTemplate guarded = new GuardedTransactionTemplate(this.manager,
			new DefaultTransactionDefinition(), this.guard);

	@BeforeEach
	void createTable() {
		this.manager.addListener(this.guard);
		this.jdbc.execute("create table notes (body text)");
	}

	@AfterEach
	void close() {
		this.pool.close();
		this.guard.close();
		this.proxy.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void withoutALimitThereAreAsManyAsInAPlainOne(int statements) {
		assertThat(roundTrips(this.guarded, statements)).isEqualTo(plain(statements));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void limitCostsAtMostOne(int statements) {
		assertThat(more(statements, (template) -> template.withTimeout(Duration.ofSeconds(30)))).isOne();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void resolutionCostsOne(int statements) {
		assertThat(more(statements, GuardedTransactionTemplate::withCommitResolution)).isOne();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void limitAndResolutionCostTwo(int statements) {
		assertThat(more(statements,
				(template) -> template.withTimeout(Duration.ofSeconds(30)).withCommitResolution().withRetry(3)))
			.isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void resolutionCostsNothingWhereNothingIsWritten(int statements) {
		assertThat(roundTrips(this.guarded.readOnly().withCommitResolution(), 0)).isZero();
		GuardedTransactionTemplate readOnly = this.guarded.readOnly();
		long plain = count(readOnly, statements, "select 1");
		assertThat(count(readOnly.withCommitResolution(), statements, "select 1")).isEqualTo(plain);
	}

	private long more(int statements, UnaryOperator<GuardedTransactionTemplate> variation) {
		return roundTrips(variation.apply(this.guarded), statements) - plain(statements);
	}

	/**
	 * BEGIN goes with the first statement.
	 */
	private long plain(int statements) {
		long plain = roundTrips(this.spring, statements);
		assertThat(plain).isEqualTo(statements + 1);
		return plain;
	}

	private long roundTrips(TransactionTemplate template, int statements) {
		return count(template, statements, "insert into notes values ('a')");
	}

	private long count(TransactionTemplate template, int statements, String sql) {
		long before = this.proxy.roundTrips();
		template.executeWithoutResult((status) -> {
			for (int i = 0; i < statements; i++) {
				this.jdbc.execute(sql);
			}
		});
		return this.proxy.roundTrips() - before;
	}

}
