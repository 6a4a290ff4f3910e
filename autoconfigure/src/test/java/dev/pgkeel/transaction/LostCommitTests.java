package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.transaction.GuardedPool.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for transactions of Spring's own template whose connection is lost after COMMIT
 * was sent.
 */
class LostCommitTests {

	private static final Duration LIMIT = Duration.ofSeconds(1);

	private final GuardedPool pool = GuardedPool.withoutLimitsOfTheServer();

	@BeforeEach
	void createTable() {
		this.pool.database().execute("create table notes (body text not null)");
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	/**
	 * With JPA, Spring rolls back what it has lost, and says no more than that: only the
	 * pool knows better.
	 */
	@ParameterizedTest
	@CsvSource({ "JDBC,true,UNKNOWN", "JDBC,false,UNKNOWN", "JPA,true,UNKNOWN", "JPA,false,ROLLED_BACK" })
	void outcomeIsUnknown(Kind kind, boolean guarded, TransactionOutcome outcome) {
		assertThat(failure(kind, guarded, false)).isNotNull();
		assertThat(this.pool.outcomes()).containsExactly(outcome);
		// The server may still be committing
		await().untilAsserted(() -> assertThat(notes()).isOne());
	}

	@ParameterizedTest
	@CsvSource({ "JDBC,true", "JDBC,false", "JPA,true", "JPA,false" })
	void lateLossIsNoTimeout(Kind kind, boolean guarded) {
		assertThat(failure(kind, guarded, true)).isNotNull().isNotInstanceOf(TransactionTimedOutException.class);
		// The server may still be committing
		await().untilAsserted(() -> assertThat(notes()).isOne());
	}

	private Throwable failure(Kind kind, boolean guarded, boolean late) {
		try (PgProxy proxy = PgProxy.to(this.pool.database().jdbcUrl());
				HikariDataSource dataSource = pool(proxy.jdbcUrl(this.pool.database().name()), guarded)) {
			TransactionTemplate template = new TransactionTemplate(this.pool.manager(kind, dataSource, true));
			if (late) {
				template.setTimeout((int) LIMIT.toSeconds());
			}
			JdbcTemplate jdbc = new JdbcTemplate(dataSource);
			ProxyFactory declared = new ProxyFactory(Runnable.class,
					new TransactionTimeoutInterceptor(() -> List.of(this.pool.guard())));
			declared.setTarget((Runnable) () -> template
				.executeWithoutResult((status) -> jdbc.update("insert into notes values ('a')")));
			proxy.cutCommits(() -> {
				if (late) {
					await().until(
							() -> this.pool.guard().running().get(0).runningFor().compareTo(LIMIT.plusMillis(50)) > 0);
				}
				return Cut.AFTER_FORWARDING;
			});
			return catchThrowable(((Runnable) declared.getProxy())::run);
		}
	}

	private HikariDataSource pool(String url, boolean guarded) {
		if (guarded) {
			return ResolvingPools.of(url, this.pool.database(), 1);
		}
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(url);
		plain.setUsername(this.pool.database().username());
		plain.setPassword(this.pool.database().password());
		return plain;
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
