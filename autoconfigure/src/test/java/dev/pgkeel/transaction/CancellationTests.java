package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Cancellation}.
 */
class CancellationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	/**
	 * As with Hibernate's {@code RELEASE_AFTER_TRANSACTION}: the connection is given back
	 * before the end of the transaction is told.
	 */
	@Test
	void theNextBorrowersStatementIsNotCancelled() throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = GuardedDataSource.of(single(), "pool", settings, (leak) -> {
		})) {
			Connection first = pool.getConnection();
			RunningTransaction transaction = new RunningTransaction(
					new DefaultTransactionStatus("notes", new Object(), true, true, false, false, false, null), null,
					pool, new ConnectionHolder(first));
			Cancellation cancellation = new Cancellation(transaction);
			first.close();
			try (Connection next = pool.getConnection();
					Statement statement = next.createStatement();
					Connection other = this.database.connect();
					Statement lock = other.createStatement()) {
				lock.execute("select pg_advisory_lock(1)");
				CompletableFuture<Boolean> waits = CompletableFuture
					.supplyAsync(() -> execute(statement, "select pg_advisory_lock(1), 'goes on'"));
				await().until(() -> this.database.query(
						"select count(*) from pg_stat_activity where state = 'active' and datname = current_database()"
								+ " and query like '%goes on%' and pid <> pg_backend_pid()",
						Long.class) == 1);
				cancellation.cancel();
				lock.execute("select pg_advisory_unlock(1)");
				assertThat(waits).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
			}
		}
	}

	private static boolean execute(Statement statement, String sql) {
		try {
			return statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private HikariDataSource single() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(this.database.jdbcUrl());
		dataSource.setUsername(this.database.username());
		dataSource.setPassword(this.database.password());
		dataSource.setMaximumPoolSize(1);
		return dataSource;
	}

}
