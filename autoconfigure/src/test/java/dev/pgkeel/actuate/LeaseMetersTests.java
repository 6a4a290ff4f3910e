package dev.pgkeel.actuate;

import java.sql.Connection;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeaseMeters}.
 */
class LeaseMetersTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void metersFollowThePoolThatReplacesAnother() throws Exception {
		LeasedPools pools = new LeasedPools();
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new LeaseMeters(pools).bindTo(registry);
		try (GuardedDataSource old = pool(); GuardedDataSource refreshed = pool()) {
			pools.add("dataSource", old.leases());
			pools.add("dataSource", refreshed.leases());
			try (Connection held = refreshed.getConnection()) {
				assertThat(held.isValid(5)).isTrue();
				assertThat(registry.get(LeaseMeters.HELD_MAX).tag("pool", "dataSource").timeGauge().value())
					.isPositive();
			}
			assertThat(registry.get(LeaseMeters.PROVEN).tag("pool", "dataSource").functionCounter().count()).isZero();
		}
	}

	private GuardedDataSource pool() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(this.database.jdbcUrl());
		pool.setUsername(this.database.username());
		pool.setPassword(this.database.password());
		pool.setMaximumPoolSize(1);
		return GuardedDataSource.of(pool, "dataSource",
				new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMinutes(1), false, LeakCapture.ADAPTIVE, true),
				(event) -> {
				});
	}

}
