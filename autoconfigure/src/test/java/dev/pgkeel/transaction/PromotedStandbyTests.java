package dev.pgkeel.transaction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for commits whose server is another one when it is asked.
 */
class PromotedStandbyTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	@Test
	void idThatAPromotedStandbyGaveAnewIsNotTakenForTheOldOne(@TempDir Path folder) throws IOException {
		Path data = folder.resolve("primary");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0)) {
			database(server).execute("create table notes (body text)");
		}
		Path copy = folder.resolve("standby");
		FileSystemUtils.copyRecursively(data, copy);
		Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
		Files.createFile(copy.resolve("standby.signal"));
		try (EmbeddedPostgresServer primary = EmbeddedPostgresServer.start(data, 0);
				EmbeddedPostgresServer standby = EmbeddedPostgresServer.start(copy, 0);
				PgProxy proxy = PgProxy.to(primary.port());
				GuardedDataSource pool = pool(proxy)) {
			for (int i = 0; i < 20; i++) {
				database(primary).execute("insert into notes values ('earlier')");
			}
			proxy.cutCommits(() -> {
				proxy.redirect(standby.port());
				return Cut.BEFORE_FORWARDING;
			});
			String id = idOfUnknown(pool, () -> promote(standby));
			giveAnew(database(standby), id);
			assertThat(status(standby, id)).isEqualTo("committed");
			assertThat(status(primary, id)).isEqualTo("aborted");
			proxy.redirect(primary.port());
			pool.getHikariPoolMXBean().softEvictConnections();
			proxy.cutCommits(() -> {
				proxy.redirect(TestServer.shared().port());
				return Cut.AFTER_FORWARDING;
			});
			idOfUnknown(pool, () -> {
			});
		}
	}

	/**
	 * As long as it is not promoted, what the standby says does not count.
	 */
	private static String idOfUnknown(GuardedDataSource pool, Runnable afterTheCut) {
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(new JdbcTransactionManager(pool))
			.withCommitResolution()
			.withRetry(3);
		Thread other = new Thread(afterTheCut);
		String[] id = new String[1];
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> template.executeWithoutResult((status) -> {
				new JdbcTemplate(pool).update("insert into notes values ('lost')");
				other.start();
			}))
			.withMessageContaining("the server that answers is another one, or was promoted")
			.satisfies((ex) -> id[0] = ex.getTransactionId());
		return id[0];
	}

	private static void promote(EmbeddedPostgresServer standby) {
		assertThat(database(standby).query("select pg_promote()", Boolean.class)).isTrue();
	}

	private static void giveAnew(TestDatabase database, String id) {
		await().atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ZERO)
			.until(() -> database.query(
					"with written as (insert into notes values ('anew'))" + " select pg_current_xact_id()::text",
					String.class), id::equals);
	}

	private static String status(EmbeddedPostgresServer server, String id) {
		return database(server).query("select pg_xact_status('" + id + "'::xid8)", String.class);
	}

	private static GuardedDataSource pool(PgProxy proxy) {
		return ResolvingPools.of(proxy.jdbcUrl("postgres"), "postgres", "", 1, false, PATIENCE);
	}

	private static TestDatabase database(EmbeddedPostgresServer server) {
		String url = server.jdbcUrl("postgres");
		return new TestDatabase("postgres", url, url, server.user(), "");
	}

}
