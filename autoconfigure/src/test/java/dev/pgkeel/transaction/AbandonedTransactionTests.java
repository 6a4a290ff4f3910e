package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.Objects;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a transaction which nobody ends any more, since its thread has ended, keeps
 * nothing: its connection is a leak like any other.
 */
class AbandonedTransactionTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final TransactionGuard guard = guard(false);

	private final GuardedDataSource pool = pool();

	private static TransactionGuard guard(boolean serverSide) {
		return new TransactionGuard(
				new TransactionGuardSettings(PgkeelMode.ENFORCE, serverSide, Duration.ofSeconds(1), null),
				(dataSource, holder) -> null);
	}

	private GuardedDataSource pool() {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(this.database.jdbcUrl());
		plain.setUsername(this.database.username());
		plain.setPassword(this.database.password());
		return GuardedDataSource.of(plain, "pool",
				new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.NEVER, true),
				(event) -> {
				});
	}

	@AfterEach
	void close() {
		this.guard.close();
		this.pool.close();
	}

	@Test
	void connectionOfATransactionWhoseThreadHasEndedIsReclaimed() throws InterruptedException {
		abandon(this.guard, TransactionDefinition.TIMEOUT_DEFAULT);
		awaitReclaimed();
	}

	@Test
	void limitOfATransactionWhoseThreadHasEndedIsNotLookedAtAnyMore() throws InterruptedException {
		abandon(this.guard, 600);
		awaitReclaimed();
	}

	@Test
	void serverThatWasToldTheLimitIsNoReasonToKeepTheConnection() throws InterruptedException {
		try (TransactionGuard telling = guard(true)) {
			abandon(telling, 600);
			awaitReclaimed();
			assertThat(telling.running()).isEmpty();
		}
	}

	private void abandon(TransactionGuard guard, int timeout) throws InterruptedException {
		JdbcTransactionManager manager = new JdbcTransactionManager(this.pool);
		manager.addListener(guard);
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setTimeout(timeout);
		Thread thread = new Thread(() -> {
			manager.getTransaction(definition);
			new JdbcTemplate(this.pool).execute("create table lost (id int)");
		});
		thread.start();
		thread.join();
	}

	private void awaitReclaimed() {
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			System.gc();
			return Objects.requireNonNull(this.pool.leases()).counters().reclaimed() == 1;
		});
		assertThat(this.guard.running()).isEmpty();
		await()
			.until(() -> this.database.query("select to_regclass('lost') is null", Boolean.class) && sessions() == 0);
	}

	private int sessions() {
		return this.database.query("select count(*)::int from pg_stat_activity where datname = current_database()"
				+ " and state like 'idle in%'", Integer.class);
	}

}
