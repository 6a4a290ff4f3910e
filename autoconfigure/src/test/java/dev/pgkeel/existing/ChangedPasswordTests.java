package dev.pgkeel.existing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.pgkeel.autoconfigure.PgkeelAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelPoolAutoConfiguration;
import dev.pgkeel.testsupport.PasswordServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a password may change while an application runs.
 */
class ChangedPasswordTests {

	private static final int WORKERS = 4;

	private final AtomicInteger borrows = new AtomicInteger();

	private final List<String> failures = new ArrayList<>();

	private final AtomicBoolean done = new AtomicBoolean();

	@Test
	void noBorrowFailsWhileThePasswordChanges() {
		try (PasswordServer server = PasswordServer.start("first")) {
			Vault.PASSWORD.set("first");
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
						PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class))
				.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
				.withPropertyValues("spring.datasource.url=" + server.database().jdbcUrl(),
						"spring.datasource.hikari.connection-timeout=60000",
						"spring.datasource.hikari.credentials-provider-class-name=" + Vault.class.getName())
				.run((context) -> {
					HikariDataSource pool = context.getBean(HikariDataSource.class);
					CompletableFuture<?>[] workers = new CompletableFuture<?>[WORKERS];
					for (int worker = 0; worker < WORKERS; worker++) {
						workers[worker] = CompletableFuture.runAsync(() -> work(pool));
					}
					awaitBorrows(100);
					server.change("second");
					pool.getHikariPoolMXBean().softEvictConnections();
					int asked = Vault.ASKED.get();
					Awaitility.await().until(() -> Vault.ASKED.get() > asked);
					Vault.PASSWORD.set("second");
					awaitBorrows(100);
					pool.getHikariPoolMXBean().softEvictConnections();
					awaitBorrows(100);
					this.done.set(true);
					CompletableFuture.allOf(workers).join();
				});
		}
		System.out.println("Borrows while the password changed: " + this.borrows + ", failed: " + this.failures.size());
		assertThat(this.failures).isEmpty();
	}

	private void awaitBorrows(int more) {
		int before = this.borrows.get();
		Awaitility.await().until(() -> this.borrows.get() > before + more || !this.failures.isEmpty());
	}

	private void work(HikariDataSource pool) {
		while (!this.done.get()) {
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.isValid(30)).isTrue();
				this.borrows.incrementAndGet();
			}
			catch (SQLException ex) {
				synchronized (this.failures) {
					this.failures.add(ex.toString());
				}
				return;
			}
		}
	}

	/**
	 * Knows the password.
	 */
	public static class Vault implements HikariCredentialsProvider {

		private static final AtomicReference<String> PASSWORD = new AtomicReference<>();

		private static final AtomicInteger ASKED = new AtomicInteger();

		@Override
		public Credentials getCredentials() {
			ASKED.incrementAndGet();
			return new Credentials(PasswordServer.USER, PASSWORD.get());
		}

	}

}
