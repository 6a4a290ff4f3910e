package dev.pgkeel.lease;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.SeenSession;
import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for borrowers that wait: those that a leak starves, those that wait for each
 * other, and those that get nothing.
 */
@ExtendWith(OutputCaptureExtension.class)
class WaitingTests {

	/**
	 * The SQLSTATE of all of its errors.
	 */
	private static final String PGBOUNCER = "08P01";

	/**
	 * Nothing runs between requests.
	 */
	private static final LeakSettings SERVERLESS = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true,
			LeakCapture.NEVER, false);

	private static final String COLLECTED = "asked for a garbage collection";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final GuardedPools pools = new GuardedPools();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stopThreads() {
		setLevel(null);
		this.threads.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void starvedPoolHealsByItself(boolean background, CapturedOutput output) throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE,
				background);
		try (GuardedDataSource pool = this.pools.of(this.database, 2, settings)) {
			this.threads.submit(leak(pool)).get();
			this.threads.submit(leak(pool)).get();
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
			}
			Awaitility.await().untilAsserted(() -> {
				assertThat(output).contains(COLLECTED);
				assertThat(GuardedPools.leases(pool).counters().reclaimed()).isEqualTo(2);
			});
			assertThat(Thread.getAllStackTraces().keySet().stream().anyMatch(WaitingTests::isWatch))
				.isEqualTo(background);
		}
		Awaitility.await().until(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(WaitingTests::isWatch));
	}

	@Test
	void starvedPoolHealsThoughTheServerDoesNotTrackActivities() throws Exception {
		this.database.execute("alter database " + this.database.name() + " set track_activities = off");
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			this.threads.submit(leak(pool)).get();
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
			}
			awaitOneReclaimed(pool);
		}
	}

	@Test
	void interruptThatIsNotOursDoesNotEndTheSearch() throws Exception {
		Set<Thread> earlier = Thread.getAllStackTraces().keySet();
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			this.threads.submit(leak(pool)).get();
			Thread watch = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> isWatch(thread) && !earlier.contains(thread))
				.findFirst()
				.orElseThrow();
			watch.interrupt();
			Awaitility.await().until(() -> !watch.isInterrupted());
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
			}
			awaitOneReclaimed(pool);
		}
	}

	@Test
	void watchKeepsNothingOfTheFirstBorrower() throws SQLException {
		InheritableThreadLocal<String> tenant = new InheritableThreadLocal<>();
		Thread borrower = Thread.currentThread();
		ClassLoader loader = borrower.getContextClassLoader();
		borrower.setContextClassLoader(new URLClassLoader(new URL[0], loader));
		List<String> seen = new CopyOnWriteArrayList<>();
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(this.database.jdbcUrl());
		plain.setUsername(this.database.username());
		plain.setPassword(this.database.password());
		tenant.set("the first borrower's");
		try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS,
				(event) -> seen.add(tenant.get() + " " + (Thread.currentThread() != borrower) + " "
						+ (Thread.currentThread().getContextClassLoader() == borrower.getContextClassLoader())))) {
			pool.getConnection().createStatement().execute("select 1");
			Awaitility.await().until(() -> {
				GuardedPools.collect();
				return !seen.isEmpty();
			});
		}
		finally {
			tenant.remove();
			borrower.setContextClassLoader(loader);
		}
		assertThat(seen).containsExactly("null true true");
	}

	@Test
	void borrowerThatFindsALeakIsSparedTheErrorOfAListener(CapturedOutput output) throws Exception {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(this.database.jdbcUrl());
		plain.setUsername(this.database.username());
		plain.setPassword(this.database.password());
		try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", SERVERLESS, (event) -> {
			throw new NoClassDefFoundError("on purpose");
		})) {
			this.threads.submit(leak(pool)).get();
			Awaitility.await().until(() -> {
				GuardedPools.collect();
				pool.getConnection().close();
				return GuardedPools.leases(pool).counters().reclaimed() == 1;
			});
		}
		assertThat(output).contains("looking for leaks failed, and is tried again");
	}

	private static boolean isWatch(Thread thread) {
		return thread.getName().equals("guarded pgkeel leaks") && thread.isAlive();
	}

	@Test
	void threadThatLeakedTheOnlyConnectionIsHelpedAndNotRefused() throws SQLException {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			pool.getConnection().createStatement().execute("select 1");
			pool.getConnection().close();
			awaitOneReclaimed(pool);
			assertThat(GuardedPools.leases(pool).counters().nestedRefused()).isZero();
		}
	}

	@Test
	void busyHealthyPoolNeverAsksForACollection(CapturedOutput output) throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 2, GuardedPools.SETTINGS)) {
			List<Future<?>> busy = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				busy.add(this.threads.submit(() -> {
					try (Connection connection = pool.getConnection();
							Statement statement = connection.createStatement()) {
						return statement.execute("select pg_sleep(1.5)");
					}
				}));
			}
			for (Future<?> borrower : busy) {
				borrower.get();
			}
			assertThat(output).doesNotContain(COLLECTED);
		}
	}

	@Test
	void nestedBorrowOfTheOnlyConnectionIsRefused() throws SQLException {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS);
				Connection outer = pool.getConnection()) {
			assertThatExceptionOfType(NestedConnectionException.class).isThrownBy(pool::getConnection)
				.withMessageContaining("the pool's only one is held by this thread")
				.withMessageContaining("T x (2 - 1) + 1");
			assertThat(outer.isValid(5)).isTrue();
			assertThat(GuardedPools.leases(pool).counters().nestedRefused()).isOne();
		}
	}

	@Test
	void oneOfThoseThatWaitForEachOtherIsRefusedAndTheOthersGoOn() throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 2, GuardedPools.SETTINGS)) {
			CountDownLatch bothHold = new CountDownLatch(2);
			Callable<String> nested = () -> {
				try (Connection outer = pool.getConnection()) {
					bothHold.countDown();
					bothHold.await();
					try (Connection inner = pool.getConnection()) {
						return (outer.isValid(5) && inner.isValid(5)) ? "went on" : "broken";
					}
					catch (NestedConnectionException ex) {
						return "refused";
					}
				}
			};
			Future<String> one = this.threads.submit(nested);
			Future<String> other = this.threads.submit(nested);
			assertThat(List.of(one.get(), other.get())).containsExactlyInAnyOrder("went on", "refused");
		}
	}

	@Test
	void stormOfThoseThatWaitForEachOtherIsOverSoon() throws Exception {
		int size = 4;
		// With half a second each it would take longer than the 20 s below
		int number = 12 * size;
		try (GuardedDataSource pool = this.pools.of(this.database, size, GuardedPools.SETTINGS,
				Duration.ofSeconds(60))) {
			CountDownLatch all = new CountDownLatch(number);
			List<Future<Boolean>> requests = new ArrayList<>();
			for (int request = 0; request < number; request++) {
				requests.add(this.threads.submit(() -> {
					all.countDown();
					all.await();
					try (Connection outer = pool.getConnection(); Connection inner = pool.getConnection()) {
						return outer.isValid(5) && inner.isValid(5);
					}
					catch (NestedConnectionException ex) {
						return false;
					}
				}));
			}
			long start = System.nanoTime();
			int served = 0;
			for (Future<Boolean> request : requests) {
				served += request.get() ? 1 : 0;
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
			assertThat(served).isPositive();
			assertThat(GuardedPools.leases(pool).counters().nestedRefused()).isEqualTo(number - served);
		}
	}

	@Test
	void leakIsProvenThoughADeadlockWasLookedIntoInVain() throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 2, GuardedPools.SETTINGS)) {
			try (Connection outer = pool.getConnection(); Connection middle = pool.getConnection()) {
				assertThatExceptionOfType(NestedConnectionException.class).isThrownBy(pool::getConnection)
					.withMessageContaining("T x (3 - 1) + 1");
				assertThat(outer.isValid(5) && middle.isValid(5)).isTrue();
			}
			this.threads.submit(leak(pool)).get();
			long start = System.nanoTime();
			try (Connection outer = pool.getConnection(); Connection inner = pool.getConnection()) {
				assertThat(outer.isValid(5) && inner.isValid(5)).isTrue();
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
			awaitOneReclaimed(pool);
		}
	}

	@Test
	void nestedBorrowWaitsWhileOneHolderCanGoOnAndKeepsItsPlace() throws Exception {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		try (GuardedDataSource pool = this.pools.of(this.database, 2, GuardedPools.SETTINGS)) {
			pool.setMetricRegistry(meters);
			CountDownLatch held = new CountDownLatch(1);
			CountDownLatch returns = new CountDownLatch(1);
			Future<?> holder = this.threads.submit(() -> {
				try (Connection connection = pool.getConnection()) {
					held.countDown();
					returns.await();
					return connection.isValid(5);
				}
			});
			held.await();
			List<String> served = new CopyOnWriteArrayList<>();
			CountDownLatch nestedHolds = new CountDownLatch(1);
			Future<Boolean> nested = this.threads.submit(() -> {
				try (Connection outer = pool.getConnection()) {
					nestedHolds.countDown();
					try (Connection inner = pool.getConnection()) {
						served.add("nested");
						return outer.isValid(5) && inner.isValid(5);
					}
				}
			});
			nestedHolds.await();
			Awaitility.await().until(() -> waiting(pool) == 1);
			Future<Boolean> plain = this.threads.submit(() -> {
				try (Connection connection = pool.getConnection()) {
					served.add("plain");
					return connection.isValid(5);
				}
			});
			Awaitility.await().until(() -> waiting(pool) == 2);
			long start = System.nanoTime();
			Awaitility.await().until(() -> System.nanoTime() - start > Duration.ofMillis(1600).toNanos());
			assertThat(served).isEmpty();
			returns.countDown();
			assertThat(nested.get()).isTrue();
			assertThat(plain.get()).isTrue();
			holder.get();
			assertThat(served).containsExactly("nested", "plain");
			assertThat(meters.get("hikaricp.connections.timeout").counter().count()).isZero();
			assertThat(GuardedPools.leases(pool).counters().nestedRefused()).isZero();
		}
	}

	@Test
	void refusedThreadIsNotInterruptedAfterwardsAndOneThatIsStaysSo() throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			Future<Boolean> refused = this.threads.submit(() -> {
				try (Connection outer = pool.getConnection()) {
					assertThatExceptionOfType(NestedConnectionException.class).isThrownBy(pool::getConnection);
					assertThat(outer.isValid(5)).isTrue();
					return Thread.currentThread().isInterrupted();
				}
			});
			assertThat(refused.get()).isFalse();
			Future<Boolean> interrupted = this.threads.submit(() -> {
				try (Connection outer = pool.getConnection()) {
					Thread.currentThread().interrupt();
					assertThatExceptionOfType(SQLException.class).isThrownBy(pool::getConnection)
						.withMessageContaining("Interrupted")
						.isNotInstanceOf(NestedConnectionException.class);
					assertThat(outer.isClosed()).isFalse();
					return Thread.currentThread().isInterrupted();
				}
			});
			assertThat(interrupted.get()).isTrue();
			assertThat(GuardedPools.leases(pool).counters().nestedRefused()).isOne();
		}
	}

	/**
	 * A reclaimed connection is counted a little later than the borrower gets its place.
	 */
	private static void awaitOneReclaimed(GuardedDataSource pool) {
		Awaitility.await().untilAsserted(() -> assertThat(GuardedPools.leases(pool).counters().reclaimed()).isOne());
	}

	private static int waiting(GuardedDataSource pool) {
		return pool.getHikariPoolMXBean().getThreadsAwaitingConnection();
	}

	@Test
	void nestedBorrowOfTheOnlyConnectionIsRefusedSoonWithoutAThreadOfOurs() throws SQLException {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, SERVERLESS);
				Connection outer = pool.getConnection()) {
			long start = System.nanoTime();
			assertThatExceptionOfType(NestedConnectionException.class).isThrownBy(pool::getConnection)
				.satisfies((ex) -> {
					assertThat(ex.getOuterCallSite()).isNull();
					assertThat(ex.getInnerCallSite()).isNull();
				});
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			assertThat(Thread.interrupted()).isFalse();
			assertThat(outer.isValid(5)).isTrue();
		}
	}

	@Test
	void linesAreRecordedWhileMostOfThePoolIsInUse() throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 2, GuardedPools.SETTINGS);
				Connection first = pool.getConnection()) {
			assertThat(GuardedPools.leases(pool).held()).singleElement()
				.extracting(LeaseDescription::callSite)
				.isNull();
			Awaitility.await().until(() -> {
				try (Connection second = pool.getConnection(); Statement statement = second.createStatement()) {
					if (GuardedPools.leases(pool).held().stream().anyMatch((lease) -> lease.callSite() != null)) {
						return true;
					}
					// Longer than between two looks at the pool
					statement.execute("select pg_sleep(1.5)");
					return false;
				}
			});
			assertThat(first.isValid(5)).isTrue();
		}
	}

	@Test
	void deadlockOnlyObservedRunsIntoTheTimeout(CapturedOutput output) throws SQLException {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.OBSERVING, Duration.ofSeconds(10));
				Connection outer = pool.getConnection()) {
			assertThatExceptionOfType(PoolExhaustedException.class).isThrownBy(pool::getConnection);
			assertThat(output.getOut().lines().filter((line) -> line.contains("Would have refused a nested borrow")))
				.hasSize(1);
			assertThat(outer.isValid(5)).isTrue();
		}
	}

	@Test
	void leakOnlyObservedIsNotTakenForADeadlock(CapturedOutput output) throws SQLException {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.OBSERVING, Duration.ofSeconds(3))) {
			GuardedPools.borrow(pool).createStatement().execute("select 1");
			Awaitility.await().until(() -> {
				GuardedPools.collect();
				return !this.pools.events.isEmpty();
			});
			assertThatExceptionOfType(PoolExhaustedException.class).isThrownBy(pool::getConnection)
				.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(ExhaustionReason.LEAKED));
			assertThat(output).doesNotContain("Would have refused a nested borrow");
		}
	}

	@Test
	void exhaustedPoolNamesItsHolders(CapturedOutput output) throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS, Duration.ofMillis(300));
				Connection connection = GuardedPools.borrow(pool)) {
			String holder = Thread.currentThread().getName();
			PoolExhaustedException exhausted = exhaustion(pool);
			assertThat(exhausted.getReason()).isEqualTo(ExhaustionReason.BUSY);
			assertThat(exhausted.getHolders()).singleElement().extracting(LeaseDescription::holder).isEqualTo(holder);
			assertThat((Throwable) exhausted)
				.hasMessageStartingWith("guarded - Connection is not available, request timed out after")
				.hasMessageContaining("busy. 1 connections are out")
				.hasMessageContaining("by " + holder);
			exhaustion(pool);
			assertThat(output.getOut().lines().filter((line) -> line.contains("Connection is not available")))
				.hasSize(1);
			assertThat(connection.isValid(5)).isTrue();
		}
	}

	@Test
	void borrowerWithoutAThreadOfOursIsToldHowLongItWaitedInAll() throws Exception {
		try (GuardedDataSource pool = this.pools.of(this.database, 1, SERVERLESS, Duration.ofSeconds(2));
				Connection connection = GuardedPools.borrow(pool)) {
			String message = String.valueOf(exhaustion(pool).getMessage());
			assertThat(connection.isValid(5)).isTrue();
			assertThat(message).matches("guarded - Connection is not available, request timed out after \\d+ms \\(.*");
			assertThat(Long.parseLong(message.replaceFirst(".* after (\\d+)ms.*", "$1"))).isBetween(1990L, 15000L);
		}
	}

	@Test
	void borrowerDoesNotWaitForTheServersAnswer() throws Exception {
		try (PgProxy way = PgProxy.to(this.database.directUrl());
				ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			String url = way.jdbcUrl(this.database.name());
			TestDatabase far = new TestDatabase(this.database.name(), url, url, this.database.username(),
					this.database.password());
			try (GuardedDataSource pool = this.pools.of(far, 1, SERVERLESS, Duration.ofMillis(1600));
					Connection connection = GuardedPools.borrow(pool)) {
				way.redirect(mute.getLocalPort());
				Awaitility.await()
					.until(() -> GuardedPools.leases(pool).longestHeld().compareTo(Duration.ofSeconds(1)) > 0);
				long start = System.nanoTime();
				exhaustion(pool);
				// The question takes 3 s, and begins after 0.5 s
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
				assertThat(connection.isValid(5)).isTrue();
			}
		}
	}

	@Test
	void whileTheServerCannotBeAskedALivingThreadIsGivenMoreTime() throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMillis(700), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 2, settings)) {
			GuardedPools.leases(pool).probeWith((pids) -> {
				throw new SQLTransientConnectionException("The monitor cannot ask now");
			});
			Connection held = pool.getConnection();
			FutureTask<Connection> borrow = new FutureTask<>(pool::getConnection);
			Thread ended = new Thread(borrow, "ended");
			ended.start();
			ended.join();
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.pools.events.size() == 2);
			assertThat(this.pools.events).extracting(ConnectionLeakEvent::holder)
				.containsExactly("ended", Thread.currentThread().getName());
			assertThat(held.isValid(5)).isTrue();
			assertThat(borrow.get().isValid(5)).isTrue();
		}
	}

	@Test
	void borrowerThatOutlivesThePoolIsToldNothingOfHolders(CapturedOutput output) throws Exception {
		GuardedDataSource pool = this.pools.of(this.database, 1, GuardedPools.SETTINGS, Duration.ofSeconds(2));
		Connection taken = pool.getConnection();
		Future<Connection> waiting = this.threads.submit(() -> pool.getConnection());
		Awaitility.await().until(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);
		pool.close();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(waiting::get)
			.satisfies((ex) -> assertThat(ex.getCause()).isInstanceOf(SQLException.class)
				.isNotInstanceOf(PoolExhaustedException.class));
		assertThat(output).doesNotContain("busy. ");
		taken.close();
	}

	@Test
	void idleLeaseIsSuspectedAndAnActiveOneIsOnlyLongHeld(CapturedOutput output) throws Exception {
		setLevel(LogLevel.DEBUG);
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMillis(700), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 2, settings, Duration.ofMillis(300));
				Connection idle = GuardedPools.borrow(pool)) {
			idle.setAutoCommit(false);
			idle.createStatement().execute("select 1");
			Future<?> active = this.threads.submit(() -> {
				try (Connection connection = GuardedPools.borrow(pool);
						Statement statement = connection.createStatement()) {
					return statement.execute("select pg_sleep(4)");
				}
			});
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !this.pools.events.isEmpty());
			active.get();
			assertThat(this.pools.events).singleElement().satisfies((event) -> {
				assertThat(event.kind()).isEqualTo(ConnectionLeakEvent.Kind.SUSPECTED);
				assertThat(event.session()).startsWith("idle in transaction for ");
				assertThat(event.holder()).isEqualTo(Thread.currentThread().getName());
			});
			assertThat(output).contains("suspects a leak").contains("idle in transaction");
			assertThat(output.getOut().lines().filter((line) -> line.contains("A connection is long held")))
				.anyMatch((line) -> line.contains("and its session is active for "));
			assertThat(GuardedPools.leases(pool).counters().suspected()).isOne();
			Connection other = GuardedPools.borrow(pool);
			assertThat(exhaustion(pool).getReason()).isEqualTo(ExhaustionReason.LEAKED);
			other.close();
			assertThat(idle.isValid(5)).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionThatIsListenedOnIsNotSuspected(boolean unwrappedByTheListener) throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(2), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 2, settings);
				Connection news = pool.getConnection()) {
			news.createStatement().execute("listen news");
			PGConnection driver = news.unwrap(PGConnection.class);
			FutureTask<PGNotification[]> listener = new FutureTask<>(
					() -> (unwrappedByTheListener ? news.unwrap(PGConnection.class) : driver).getNotifications(0));
			Thread thread = new Thread(listener, "listener");
			thread.start();
			Awaitility.await().until(() -> Holders.isListening(thread));
			// The younger of the two, so both were looked at
			FutureTask<Connection> borrow = new FutureTask<>(pool::getConnection);
			Thread forgetful = new Thread(borrow, "forgetful");
			forgetful.start();
			try (Connection idle = borrow.get()) {
				Awaitility.await().until(() -> !this.pools.events.isEmpty());
				assertThat(idle.isValid(5)).isTrue();
			}
			finally {
				this.database.execute("notify news");
			}
			assertThat(listener.get()).hasSize(1);
			assertThat(this.pools.events).extracting(ConnectionLeakEvent::holder).containsExactly("forgetful");
			assertThat(GuardedPools.leases(pool).counters().suspected()).isOne();
		}
	}

	@Test
	void connectionWhoseHolderWaitsForAStatementOnAnotherIsNotSuspected(CapturedOutput output) throws Exception {
		setLevel(LogLevel.DEBUG);
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMillis(700), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 2, settings);
				Connection outer = pool.getConnection()) {
			outer.setAutoCommit(false);
			outer.createStatement().execute("select 1");
			try (Connection inner = pool.getConnection(); Statement statement = inner.createStatement()) {
				statement.execute("select pg_sleep(4)");
				assertThat(output).contains("and its session is idle in transaction");
				assertThat(this.pools.events).isEmpty();
			}
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !this.pools.events.isEmpty());
			assertThat(outer.isValid(5)).isTrue();
		}
	}

	@Test
	void fewSuspectsAreNotWhyAPoolIsExhausted() throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMillis(700), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 3, settings, Duration.ofMillis(300));
				Connection idle = GuardedPools.borrow(pool)) {
			assertThat(idle.isValid(5)).isTrue();
			Awaitility.await().until(() -> !this.pools.events.isEmpty());
			Callable<Boolean> active = () -> {
				try (Connection connection = GuardedPools.borrow(pool);
						Statement statement = connection.createStatement()) {
					return statement.execute("select pg_sleep(5)");
				}
			};
			List<Future<Boolean>> busy = List.of(this.threads.submit(active), this.threads.submit(active));
			Awaitility.await().until(() -> GuardedPools.leases(pool).held().size() == 3);
			PoolExhaustedException exhausted = exhaustion(pool);
			assertThat(exhausted.getReason()).isEqualTo(ExhaustionReason.BUSY);
			assertThat((Throwable) exhausted).hasMessageContaining("leak suspected");
			for (Future<Boolean> borrower : busy) {
				assertThat(borrower.get()).isTrue();
			}
		}
	}

	@Test
	void suspectThatWorksAgainIsNone() throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMillis(700), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 1, settings, Duration.ofMillis(300));
				Connection connection = GuardedPools.borrow(pool)) {
			PoolLeases leases = GuardedPools.leases(pool);
			assertThat(connection.isValid(5)).isTrue();
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !this.pools.events.isEmpty());
			assertThat(exhaustion(pool).getReason()).isEqualTo(ExhaustionReason.LEAKED);
			sees(leases, "active", Duration.ofSeconds(2));
			assertThat(exhaustion(pool).getReason()).isEqualTo(ExhaustionReason.BUSY);
			sees(leases, "idle in transaction", Duration.ofMillis(5));
			assertThat(leases.held()).singleElement().extracting(LeaseDescription::leak).isNull();
			sees(leases, "idle in transaction", Duration.ofSeconds(2));
			assertThat(leases.held()).singleElement().extracting(LeaseDescription::leak).isEqualTo("suspected");
			assertThat(leases.counters().suspected()).isOne();
		}
	}

	@Test
	void suspectIsReportedWhileThePoolIsSuspended() throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofMillis(300), true, LeakCapture.ADAPTIVE,
				true);
		try (GuardedDataSource pool = this.pools.of(this.database, 2, settings)) {
			pool.setPoolName("suspended");
			pool.setAllowPoolSuspension(true);
			Connection held = GuardedPools.borrow(pool);
			GuardedPools.borrow(pool).close();
			pool.getHikariPoolMXBean().suspendPool();
			Awaitility.await().untilAsserted(() -> assertThat(this.pools.events).hasSize(1));
			held.close();
		}
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("suspended pgkeel leaks")));
	}

	private static void sees(PoolLeases leases, String state, Duration unchangedFor) {
		Map<Integer, SeenSession> seen = new HashMap<>();
		leases.watch().forEach((pid) -> seen.put(pid, new SeenSession(pid, "notes", state, unchangedFor, null, null)));
		leases.seen(seen);
	}

	@Test
	void fullServerIsToldFromAnExhaustedPool() throws Exception {
		String role = "limited_" + this.database.name();
		this.database.execute("create role " + role + " login connection limit 1");
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(this.database.directUrl());
		plain.setUsername(role);
		plain.setMaximumPoolSize(2);
		plain.setMinimumIdle(0);
		plain.setPoolName("guarded");
		plain.setConnectionTimeout(1500);
		try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, (event) -> {
		}); Connection connection = GuardedPools.borrow(pool)) {
			// The server may be late with its answer
			Awaitility.await().untilAsserted(() -> {
				PoolExhaustedException exhausted = exhaustion(pool);
				assertThat(exhausted.getReason()).isEqualTo(ExhaustionReason.SERVER_FULL);
				assertThat(exhausted.getSQLState()).isEqualTo("53300");
				assertThat((Throwable) exhausted).hasMessageContaining("the role has reached its connection limit");
			});
			assertThat(connection.isValid(5)).isTrue();
		}
	}

	@Test
	void limitOfTheDatabaseIsNamed() {
		String role = "ordinary_" + this.database.name();
		this.database.execute("create role " + role + " login");
		this.database.execute("alter database " + this.database.name() + " connection limit 0");
		// The server may be late with its answer
		Awaitility.await()
			.untilAsserted(() -> assertThat(refused(this.database.directUrl(), role))
				.hasMessageContaining("the database has reached its connection limit"));
	}

	@Test
	void refusalThatAPoolMeetsAtItsStartIsCountedAndTold() {
		String role = "early_" + this.database.name();
		this.database.execute("create role " + role + " login connection limit 0");
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(this.database.directUrl());
		plain.setUsername(role);
		Refusals refusals = new Refusals();
		AtomicInteger alarms = new AtomicInteger();
		refusals.onTimeout(alarms::incrementAndGet);
		try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, (event) -> {
		})) {
			GuardedPools.leases(pool).countWith(refusals);
			assertThatExceptionOfType(SQLException.class).isThrownBy(pool::getConnection)
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("53300"));
		}
		assertThat(refusals.count(RefusalReason.ROLE_LIMIT)).isOne();
		assertThat(refusals.timeouts()).isZero();
		assertThat(alarms).hasValue(1);
	}

	@Test
	void limitOfThePoolerIsNamed() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "max_client_conn = 1");
				Connection only = DriverManager.getConnection(pooler.jdbcUrl(this.database.name()), "postgres", "")) {
			Awaitility.await()
				.untilAsserted(() -> assertThat(refused(pooler.jdbcUrl(this.database.name()), "postgres"))
					.hasMessageContaining("the pooler in between has as many clients as it takes"));
			assertThat(only.isValid(5)).isTrue();
		}
	}

	@Test
	void reservedAndAllSlotsAreNamed() throws Exception {
		try (EmbeddedPostgres server = EmbeddedPostgres.builder().setServerConfig("max_connections", "5").start()) {
			String url = "jdbc:postgresql://localhost:" + server.getPort() + "/postgres";
			new TestDatabase("postgres", url, url, "postgres", "").execute("create role ordinary login");
			List<Connection> taken = new ArrayList<>();
			// A session that was closed may leave its slot a little later
			Awaitility.await().untilAsserted(() -> {
				take(taken, url, "ordinary");
				assertThat(refused(url, "ordinary"))
					.hasMessageContaining("only the connections reserved for privileged roles are left");
			});
			Awaitility.await().untilAsserted(() -> {
				take(taken, url, "postgres");
				assertThat(refused(url, "postgres")).hasMessageContaining("all of the server's connections are taken");
			});
			for (Connection connection : taken) {
				connection.close();
			}
		}
	}

	private static void take(List<Connection> taken, String url, String user) {
		try {
			while (true) {
				taken.add(DriverManager.getConnection(url, user, ""));
			}
		}
		catch (SQLException ex) {
			assertThat(ex.getSQLState()).isEqualTo("53300");
		}
	}

	private Throwable refused(String url, String role) {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(url);
		plain.setUsername(role);
		plain.setInitializationFailTimeout(-1);
		plain.setConnectionTimeout(700);
		try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, (event) -> {
		})) {
			PoolExhaustedException exhausted = exhaustion(pool);
			assertThat(exhausted.getReason()).isEqualTo(ExhaustionReason.SERVER_FULL);
			assertThat(exhausted.getSQLState()).isIn("53300", PGBOUNCER);
			return exhausted;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void serverThatIsDownIsToldFromAnExhaustedPool() throws Exception {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		plain.setUsername("nobody");
		plain.setInitializationFailTimeout(-1);
		plain.setConnectionTimeout(1000);
		try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, (event) -> {
		})) {
			PoolExhaustedException exhausted = exhaustion(pool);
			assertThat(exhausted.getReason()).isEqualTo(ExhaustionReason.SERVER_DOWN);
			assertThat((Throwable) exhausted).hasMessageContaining("it cannot be reached");
		}
	}

	@Test
	void serverThatSaysNothingIsNoBusyPool() throws Exception {
		try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			HikariDataSource plain = new HikariDataSource();
			plain.setJdbcUrl("jdbc:postgresql://localhost:" + mute.getLocalPort() + "/mute");
			plain.setInitializationFailTimeout(-1);
			// HikariCP gives the driver 2 s
			plain.setConnectionTimeout(1600);
			try (GuardedDataSource pool = GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, (event) -> {
			})) {
				PoolExhaustedException exhausted = exhaustion(pool);
				assertThat(exhausted.getCause()).isNull();
				assertThat(exhausted.getReason()).isEqualTo(ExhaustionReason.SERVER_DOWN);
				assertThat((Throwable) exhausted).hasMessageEndingWith(
						": the pool could not make another connection, since the server has not answered in time");
			}
		}
	}

	/**
	 * Borrows in a thread that holds nothing.
	 */
	private PoolExhaustedException exhaustion(GuardedDataSource pool) throws InterruptedException {
		try {
			this.threads.submit(() -> pool.getConnection()).get();
			throw new AssertionError("There was a connection");
		}
		catch (ExecutionException ex) {
			assertThat(ex.getCause()).isInstanceOf(PoolExhaustedException.class);
			return (PoolExhaustedException) ex.getCause();
		}
	}

	private static Callable<Boolean> leak(GuardedDataSource pool) {
		return () -> pool.getConnection().createStatement().execute("select 1");
	}

	private void setLevel(LogLevel level) {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel(SuspectWatch.class.getName(), level);
	}

}
