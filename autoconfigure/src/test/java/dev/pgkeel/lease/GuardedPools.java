package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.TestDatabase;
import org.awaitility.Awaitility;

/**
 * Makes guarded pools, and notes what they publish.
 */
final class GuardedPools {

	static final LeakSettings SETTINGS = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true,
			LeakCapture.ADAPTIVE, true);

	static final LeakSettings OBSERVING = new LeakSettings(PgkeelMode.OBSERVE, Duration.ofSeconds(30), true,
			LeakCapture.ADAPTIVE, true);

	final List<ConnectionLeakEvent> events = Collections.synchronizedList(new ArrayList<>());

	GuardedDataSource of(TestDatabase database, int size, LeakSettings settings) {
		return of(database, size, settings, Duration.ofSeconds(20));
	}

	GuardedDataSource of(TestDatabase database, int size, LeakSettings settings,
			Consumer<ConnectionLeakEvent> listener) {
		return of(database, size, settings, Duration.ofSeconds(20), listener);
	}

	GuardedDataSource of(TestDatabase database, int size, LeakSettings settings, Duration connectionTimeout) {
		return of(database, size, settings, connectionTimeout, this.events::add);
	}

	private static GuardedDataSource of(TestDatabase database, int size, LeakSettings settings,
			Duration connectionTimeout, Consumer<ConnectionLeakEvent> listener) {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(database.jdbcUrl());
		plain.setUsername(database.username());
		plain.setPassword(database.password());
		plain.setMaximumPoolSize(size);
		plain.setMinimumIdle(0);
		plain.setPoolName("guarded");
		plain.setConnectionTimeout(connectionTimeout.toMillis());
		return GuardedDataSource.of(plain, "pool", settings, listener);
	}

	/**
	 * Borrows from a pool of little patience, however long its server takes to let the
	 * first connections in.
	 */
	static Connection borrow(GuardedDataSource pool) throws SQLException {
		long start = System.nanoTime();
		while (true) {
			try {
				return pool.getConnection();
			}
			catch (PoolExhaustedException | PoolInitializationException ex) {
				if (System.nanoTime() - start > Duration.ofSeconds(30).toNanos()) {
					throw ex;
				}
			}
		}
	}

	static PoolLeases leases(GuardedDataSource pool) {
		return Objects.requireNonNull(pool.leases());
	}

	/**
	 * Has the collector find out what is unreachable.
	 */
	static void collect() {
		System.gc();
	}

	/**
	 * Collects until nobody holds a connection of a pool.
	 */
	static void awaitNoLease(GuardedDataSource pool) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
			collect();
			return leases(pool).held().isEmpty() && active(pool) == 0;
		});
	}

	static int active(GuardedDataSource pool) {
		return pool.getHikariPoolMXBean().getActiveConnections();
	}

}
