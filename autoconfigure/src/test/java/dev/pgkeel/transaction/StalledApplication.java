package dev.pgkeel.transaction;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * An application with two transactions that have a limit: one is idle, one runs a
 * statement. It is stopped before the limit.
 */
public final class StalledApplication {

	private StalledApplication() {
	}

	public static void main(String[] args) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(args[0]);
		pool.setUsername(args[1]);
		TransactionGuard guard = new TransactionGuard(
				new TransactionGuardSettings(PgkeelMode.ENFORCE, true, Duration.ofSeconds(5), null),
				(dataSource, holder) -> null);
		JdbcTransactionManager manager = new JdbcTransactionManager(pool);
		manager.addListener(guard);
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(manager,
				new DefaultTransactionDefinition(), guard)
			.withTimeout(Duration.ofSeconds(3));
		JdbcTemplate jdbc = new JdbcTemplate(pool);
		new Thread(() -> template.executeWithoutResult((status) -> {
			jdbc.update("insert into notes values ('statement')");
			jdbc.execute("select pg_sleep(600)");
		})).start();
		template.executeWithoutResult((status) -> {
			jdbc.update("insert into notes values ('idle')");
			try {
				Thread.currentThread().join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
	}

}
