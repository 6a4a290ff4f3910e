package dev.pgkeel.transaction;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;

/**
 * Makes guarded pools that find out what became of a commit.
 */
final class ResolvingPools {

	private ResolvingPools() {
	}

	static GuardedDataSource of(String jdbcUrl, TestDatabase database, int size) {
		return of(jdbcUrl, database.username(), database.password(), size, false, Duration.ofSeconds(10));
	}

	static GuardedDataSource of(String jdbcUrl, String username, String password, int size, boolean always,
			Duration patience) {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(jdbcUrl);
		plain.setUsername(username);
		plain.setPassword(password);
		plain.setMaximumPoolSize(size);
		plain.setMinimumIdle(0);
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), false,
				LeakCapture.ADAPTIVE, false);
		GuardedDataSource pool = GuardedDataSource.of(plain, "pool", settings, (leak) -> {
		});
		Objects.requireNonNull(pool.leases())
			.commitWith(new CommitResolution(new Preflight(pool, null, Duration.ofSeconds(5)), always, patience,
					Clock.systemUTC()));
		return pool;
	}

}
