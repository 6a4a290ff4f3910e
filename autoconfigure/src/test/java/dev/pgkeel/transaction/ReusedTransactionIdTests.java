package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.testsupport.OwnServer;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.testsupport.TestDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for commits whose server crashes, and gives the transaction's id to another one.
 */
@Tag("compatibility")
class ReusedTransactionIdTests {

	/**
	 * Nothing listens there.
	 */
	private static final int NOWHERE = 1;

	@Test
	void idThatACrashedServerGaveAnewIsNotTakenForTheOldOne() {
		try (OwnServer server = OwnServer.start("synchronous_commit=on", "wal_writer_delay=10s");
				PgProxy proxy = PgProxy.to(server.database().jdbcUrl());
				GuardedDataSource pool = pool(proxy)) {
			server.database().execute("create table notes (body text)");
			AtomicReference<String> id = new AtomicReference<>();
			proxy.cutCommits(() -> {
				proxy.redirect(NOWHERE);
				server.crash();
				server.startAgain();
				giveAnew(server.database(), id.get());
				redirect(proxy, server);
				return Cut.BEFORE_FORWARDING;
			});
			assertThatExceptionOfType(CommitOutcomeUnknownException.class).isThrownBy(() -> write(pool, "lost", id))
				.withMessageContaining("the server may have crashed since");
			assertThat(status(server.database(), id.get())).isEqualTo("committed");
			assertThat(count(server.database(), "lost")).isZero();
		}
	}

	@Test
	void serverThatWasShutDownProperlyIsBelieved() {
		try (OwnServer server = OwnServer.start("synchronous_commit=on");
				PgProxy proxy = PgProxy.to(server.database().jdbcUrl());
				GuardedDataSource pool = pool(proxy)) {
			server.database().execute("create table notes (body text)");
			proxy.cutCommits(() -> {
				proxy.redirect(NOWHERE);
				return Cut.AFTER_FORWARDING;
			});
			Thread restart = new Thread(() -> {
				await().until(() -> count(server.database(), "kept") == 1);
				server.stop();
				server.startAgain();
				redirect(proxy, server);
			});
			restart.start();
			write(pool, "kept", new AtomicReference<>());
			assertThat(count(server.database(), "kept")).isOne();
			await().until(() -> !restart.isAlive());
		}
	}

	private static void write(GuardedDataSource pool, String body, AtomicReference<String> id) {
		JdbcTemplate jdbc = new JdbcTemplate(pool);
		new GuardedTransactionTemplate(new JdbcTransactionManager(pool)).withCommitResolution()
			.executeWithoutResult((status) -> {
				jdbc.update("insert into notes values (?)", body);
				id.set(jdbc.queryForObject("select pg_current_xact_id()::text", String.class));
			});
	}

	private static void giveAnew(TestDatabase database, String id) {
		await().atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ZERO)
			.until(() -> database.query(
					"with written as (insert into notes values ('anew')) select pg_current_xact_id()::text",
					String.class), id::equals);
	}

	private static void redirect(PgProxy proxy, OwnServer server) {
		proxy.redirect(Integer.parseInt(server.database().jdbcUrl().replaceFirst(".*:(\\d+)/.*", "$1")));
	}

	private static String status(TestDatabase database, String id) {
		return database.query("select pg_xact_status('" + id + "'::xid8)", String.class);
	}

	private static long count(TestDatabase database, String body) {
		return database.query("select count(*) from notes where body = '" + body + "'", Long.class);
	}

	private static GuardedDataSource pool(PgProxy proxy) {
		return ResolvingPools.of(proxy.jdbcUrl("postgres"), "postgres", "", 1, false, Duration.ofSeconds(30));
	}

}
