package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.pgkeel.testsupport.OwnServer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.transaction.GuardedPool.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link UnconfirmedCommit}, with a server whose synchronous standby is not
 * there.
 */
@ExtendWith(OutputCaptureExtension.class)
@Tag("compatibility")
class UnconfirmedCommitTests {

	private static final OwnServer server = OwnServer.start("synchronous_standby_names=nobody",
			"synchronous_commit=on");

	private static final TestDatabase database = server.database();

	private final GuardedPool pool = new GuardedPool(database);

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool.pool());

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void createTable() {
		database.execute("set synchronous_commit = local; drop table if exists notes; create table notes (body text)");
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void commitWhoseWaitALimitCancelsIsReported(Kind kind, CapturedOutput output) {
		GuardedTransactionTemplate template = this.pool.template(kind).withTimeout(Duration.ofSeconds(3));
		template.setName("Orders.place");
		template.executeWithoutResult((status) -> write());
		assertThat(output).contains("Transaction 'Orders.place' has committed, but no synchronous standby has confirmed"
				+ " it, and a failover may lose it: the wait for the standby was cancelled. Transaction"
				+ " 'Orders.place' took ", "its limit is 3.0 s");
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.COMMITTED);
		assertThat(notes()).isOne();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void commitWhoseWaitTheShutdownCancelsIsReported(Kind kind, CapturedOutput output) throws Exception {
		GuardedTransactionTemplate template = this.pool.template(kind);
		CompletableFuture<Void> commit = CompletableFuture
			.runAsync(() -> template.executeWithoutResult((status) -> write()));
		await().until(() -> database.query("select count(*) from pg_stat_activity where wait_event = 'SyncRep'",
				Long.class) == 1);
		assertThat(this.pool.guard().drain(Thread.currentThread(), Duration.ZERO, Duration.ofSeconds(30)))
			.isEqualTo(new DrainedTransactions(1, 0, 0));
		assertThat(commit).succeedsWithin(Duration.ofSeconds(30));
		assertThat(output).contains(
				"A transaction without a name has committed, but no synchronous standby has" + " confirmed it",
				"cancelled. The application shuts down");
		assertThat(notes()).isOne();
	}

	@Test
	void nothingIsSaidOfACancelThatMetNoWaitForAStandby(CapturedOutput output) throws SQLException {
		try (Connection connection = database.connect()) {
			RunningTransaction transaction = new RunningTransaction(
					new DefaultTransactionStatus("notes", new Object(), true, true, false, false, false, null), null,
					this.pool.pool(), new ConnectionHolder(connection));
			transaction.cancellation().cancel();
			assertThat(transaction.cancelledOn()).isSameAs(connection);
			UnconfirmedCommit.report(transaction);
		}
		assertThat(output).doesNotContain("has committed");
	}

	private void write() {
		this.jdbc.update("insert into notes values ('a')");
	}

	private static Long notes() {
		return database.query("select count(*) from notes", Long.class);
	}

}
