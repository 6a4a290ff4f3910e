package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a service some of whose requests forget to close their connection serves all
 * of them. Nothing here asks for a collection. The long form, beside other pools, is
 * {@code LeakStorm} among the benchmarks.
 */
class LeakStormTests {

	private static final int REQUESTS = 500;

	private static final int LEAKS_EVERY = 20;

	private static final int SIZE = 5;

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final GuardedPools pools = new GuardedPools();

	private final GuardedDataSource pool = this.pools.of(this.database, SIZE, GuardedPools.SETTINGS);

	private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);

	private final ExecutorService workers = Executors.newCachedThreadPool();

	private final AtomicInteger sent = new AtomicInteger();

	@AfterEach
	void stop() {
		this.clock.shutdownNow();
		this.workers.shutdownNow();
		this.pool.close();
	}

	@Test
	void allRequestsAreServedAndHealthyWorkGoesOn() throws Exception {
		Future<Boolean> longWork = this.workers.submit(this::workForLong);
		List<CompletableFuture<Boolean>> requests = new ArrayList<>();
		for (int number = 0; number < REQUESTS; number++) {
			CompletableFuture<Boolean> served = new CompletableFuture<>();
			requests.add(served);
			this.clock.schedule(() -> this.workers.execute(() -> request(served)), 10L * number, TimeUnit.MILLISECONDS);
		}
		for (CompletableFuture<Boolean> served : requests) {
			assertThat(served.get(1, TimeUnit.MINUTES)).isTrue();
		}
		assertThat(longWork.get()).isTrue();
		LeakCounters counters = GuardedPools.leases(this.pool).counters();
		assertThat(counters.reclaimed()).isGreaterThanOrEqualTo(REQUESTS / LEAKS_EVERY - SIZE);
		assertThat(this.pools.events).allMatch((event) -> event.kind() == ConnectionLeakEvent.Kind.RECLAIMED);
		Awaitility.await().until(() -> sessions() <= SIZE);
	}

	private void request(CompletableFuture<Boolean> served) {
		try {
			Connection connection = this.pool.getConnection();
			connection.createStatement().execute("select pg_sleep(0.005)");
			if (this.sent.incrementAndGet() % LEAKS_EVERY != 0) {
				connection.close();
			}
			served.complete(true);
		}
		catch (SQLException ex) {
			served.completeExceptionally(ex);
		}
	}

	/**
	 * Works, and thinks between its statements.
	 */
	private boolean workForLong() throws SQLException, InterruptedException {
		try (Connection connection = this.pool.getConnection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			for (int step = 0; step < 6; step++) {
				statement.execute("select pg_sleep(0.4)");
				TimeUnit.MILLISECONDS.sleep(400);
			}
			connection.commit();
			return !connection.isClosed();
		}
	}

	private int sessions() {
		return this.database.query("select count(*)::int from pg_stat_activity where datname = current_database()"
				+ " and pid <> pg_backend_pid()", Integer.class);
	}

}
