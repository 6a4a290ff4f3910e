package dev.pgkeel.lease;

import java.io.InputStream;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.ConnectionLeakEvent.Kind;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that a connection is reclaimed when, and only when, nobody can return it any
 * more.
 */
@Tag("compatibility")
@Tag("hikaricp")
@ExtendWith(OutputCaptureExtension.class)
class ReclaimTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final GuardedPools pools = new GuardedPools();

	private final GuardedDataSource pool = this.pools.of(this.database, 2, GuardedPools.SETTINGS);

	@AfterEach
	void closePool() {
		this.pool.close();
	}

	@Test
	void leakedConnectionIsReclaimedAndSaidSo(CapturedOutput output) throws SQLException {
		leak(this.pool);
		assertThat(GuardedPools.active(this.pool)).isOne();
		GuardedPools.awaitNoLease(this.pool);
		Awaitility.await().until(() -> !this.pools.events.isEmpty());
		assertThat(this.pools.events).singleElement().satisfies((event) -> {
			assertThat(event.kind()).isEqualTo(Kind.RECLAIMED);
			assertThat(event.pool()).isEqualTo("guarded");
			assertThat(event.holder()).isEqualTo(Thread.currentThread().getName());
		});
		LeakCounters counters = GuardedPools.leases(this.pool).counters();
		assertThat(counters.proven()).isOne();
		assertThat(counters.reclaimed()).isOne();
		assertThat(output).contains("guarded - reclaimed a leaked connection").contains("recorded from now on");
		assertThat(sessions()).isLessThanOrEqualTo(1);
	}

	@Test
	void uncommittedWorkOfALeakIsRolledBack() throws SQLException {
		this.database.execute("create table kept (id int)");
		leakInTransaction();
		GuardedPools.awaitNoLease(this.pool);
		Awaitility.await()
			.until(() -> this.database.query("select count(*)::int from pg_locks where relation = 'kept'::regclass",
					Integer.class) == 0);
		assertThat(this.database.query("select count(*)::int from kept", Integer.class)).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void endedThreadThatHasTheConnectionInAFieldDoesNotKeepIt(boolean background) throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE,
				background);
		try (GuardedDataSource single = this.pools.of(this.database, 1, settings)) {
			String worker = leakIn(new Worker(single), single);
			try (Connection connection = single.getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
			}
			String unnamed = leakIn(new Thread(new Task(single), ""), single);
			try (Connection connection = single.getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
			}
			Awaitility.await().until(() -> this.pools.events.size() == 2);
			assertThat(this.pools.events).extracting(ConnectionLeakEvent::holder).containsExactly(worker, unnamed);
		}
	}

	@Test
	void endedThreadKeepsNoConnectionOfAPoolThatIsNotDry() throws Exception {
		leakIn(new Worker(this.pool), this.pool);
		GuardedPools.awaitNoLease(this.pool);
	}

	private static String leakIn(Thread thread, GuardedDataSource pool) throws InterruptedException {
		thread.start();
		thread.join();
		assertThat(GuardedPools.leases(pool).held()).singleElement().satisfies((lease) -> {
			assertThat(lease.holder()).isEqualTo(Holders.name(thread));
			assertThat(lease.holderId()).isEqualTo(thread.getId());
		});
		return Holders.name(thread);
	}

	@Test
	void leakOnlyObservedStaysOut(CapturedOutput output) throws SQLException {
		try (GuardedDataSource observed = this.pools.of(this.database, 2, GuardedPools.OBSERVING)) {
			leak(observed);
			Awaitility.await().until(() -> {
				GuardedPools.collect();
				return !this.pools.events.isEmpty();
			});
			assertThat(this.pools.events).singleElement().extracting(ConnectionLeakEvent::kind).isEqualTo(Kind.PROVEN);
			assertThat(GuardedPools.active(observed)).isOne();
			assertThat(GuardedPools.leases(observed).held()).singleElement()
				.extracting(LeaseDescription::leak)
				.isEqualTo("proven");
			assertThat(output).contains("would have reclaimed a leaked connection");
		}
	}

	@ParameterizedTest
	@MethodSource
	void whatWasGotFromAConnectionKeepsIt(Getter getter) throws Exception {
		User user = getter.get(this.pool.getConnection());
		for (int round = 0; round < 3; round++) {
			GuardedPools.collect();
			user.use();
		}
		assertThat(GuardedPools.leases(this.pool).held()).hasSize(1);
		assertThat(this.pools.events).isEmpty();
		user = null;
		GuardedPools.awaitNoLease(this.pool);
	}

	static Stream<Named<Getter>> whatWasGotFromAConnectionKeepsIt() {
		return Stream.of(Named.of("statement", (connection) -> {
			Statement statement = connection.createStatement();
			return () -> statement.execute("select 1");
		}), Named.of("result set", (connection) -> {
			ResultSet rows = connection.createStatement().executeQuery("select generate_series(1, 100)");
			return () -> assertThat(rows.next()).isTrue();
		}), Named.of("connection of a result set's statement", (connection) -> {
			ResultSet rows = connection.createStatement().executeQuery("select 1");
			Connection same = rows.getStatement().getConnection();
			return () -> assertThat(same.isValid(5)).isTrue();
		}), Named.of("database metadata", (connection) -> {
			DatabaseMetaData metaData = connection.getMetaData();
			return () -> assertThat(metaData.getSchemas().getStatement().getConnection().isValid(5)).isTrue();
		}), Named.of("result set metadata", (connection) -> {
			ResultSetMetaData metaData = connection.createStatement()
				.executeQuery("select relname from pg_class limit 1")
				.getMetaData();
			return () -> assertThat(metaData.isNullable(1)).isEqualTo(ResultSetMetaData.columnNoNulls);
		}), Named.of("parameter metadata", (connection) -> {
			ParameterMetaData metaData = connection.prepareStatement("select ?::int").getParameterMetaData();
			return () -> assertThat(metaData.getParameterTypeName(1)).isEqualTo("int4");
		}), Named.of("array", (connection) -> {
			ResultSet rows = connection.createStatement().executeQuery("select array[1, 2]");
			rows.next();
			Array array = (Array) rows.getObject(1);
			return () -> assertThat(array.getResultSet().next()).isTrue();
		}), Named.of("large object", (connection) -> {
			Blob blob = blob(connection);
			return () -> assertThat(blob.length()).isEqualTo(3);
		}), Named.of("large object's stream", (connection) -> {
			InputStream stream = blob(connection).getBinaryStream();
			return () -> assertThat(stream.read()).isEqualTo(1);
		}), Named.of("XML", (connection) -> {
			SQLXML xml = connection.createSQLXML();
			xml.setString("<a/>");
			return () -> assertThat(xml.getString()).isEqualTo("<a/>");
		}));
	}

	private static Blob blob(Connection connection) throws SQLException {
		connection.setAutoCommit(false);
		try (PreparedStatement statement = connection.prepareStatement("select lo_from_bytea(0, '\\x010101')")) {
			ResultSet rows = statement.executeQuery();
			rows.next();
			return rows.getBlob(1);
		}
	}

	@Test
	void unwrappedConnectionIsNeverTakenForALeak() throws SQLException {
		PGConnection raw = this.pool.getConnection().unwrap(PGConnection.class);
		for (int round = 0; round < 3; round++) {
			GuardedPools.collect();
			Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
			assertThat(((Connection) raw).isValid(5)).isTrue();
		}
		assertThat(this.pools.events).isEmpty();
		assertThat(GuardedPools.leases(this.pool).held()).hasSize(1);
	}

	@Test
	void unwrappingThatFailsIsNone() throws SQLException {
		failToUnwrap(this.pool.getConnection());
		GuardedPools.awaitNoLease(this.pool);
	}

	private static void failToUnwrap(Connection connection) throws SQLException {
		Statement statement = connection.createStatement();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.unwrap(Runnable.class));
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.unwrap(Runnable.class));
	}

	@Test
	void argumentsReachTheDriverUnwrapped() throws SQLException {
		try (Connection connection = this.pool.getConnection();
				PreparedStatement statement = connection.prepareStatement("select ?::int[]")) {
			Array array = connection.createArrayOf("int4", new Object[] { 1, 2 });
			statement.setArray(1, array);
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
				assertThat(rows.getArray(1)).isInstanceOf(Guarded.class).hasToString("{1,2}");
			}
			statement.setObject(1, array);
			assertThat(statement.executeQuery().next()).isTrue();
		}
	}

	@Test
	void nothingOfHikariOrTheDriverReachesTheCaller() throws SQLException {
		try (Connection connection = this.pool.getConnection();
				PreparedStatement statement = connection.prepareStatement("select array[1], 'x'::text");
				ResultSet rows = statement.executeQuery()) {
			rows.next();
			assertThat(Stream.of(connection, statement, rows, rows.getMetaData(), connection.getMetaData(),
					statement.getParameterMetaData(), rows.getObject(1), rows.getArray(1),
					rows.getObject(1, Array.class), connection.createSQLXML(),
					connection.getMetaData().getSchemas().getStatement(), connection.prepareCall("select 1"),
					rows.getArray(1).getResultSet()))
				.allSatisfy((object) -> assertThat(object).isInstanceOf(Guarded.class));
			assertThat(rows.getStatement()).isSameAs(statement);
			assertThat(statement.getConnection()).isSameAs(connection);
			assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
		}
	}

	@Test
	void lateUserIsToldWhatHappened() throws SQLException {
		GuardedConnection late = (GuardedConnection) this.pool.getConnection();
		Statement statement = late.createStatement();
		late.lease.reclaim();
		assertThatExceptionOfType(SQLException.class).isThrownBy(late::createStatement)
			.withMessageContaining("was reclaimed")
			.withMessageContaining(Thread.currentThread().getName());
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("select 1"))
			.withMessageContaining("was reclaimed");
		statement.close();
		late.close();
		late.lease.proxy().close();
	}

	@Test
	void evictionAcceptsTheHandleAndEndsTheLease() throws SQLException {
		Connection connection = this.pool.getConnection();
		this.pool.evictConnection(connection);
		assertThat(GuardedPools.active(this.pool)).isZero();
		assertThat(GuardedPools.leases(this.pool).held()).isEmpty();
		connection.close();
		assertThat(connection.isClosed()).isTrue();
		this.pool.evictConnection(connection);
		try (Connection next = this.pool.getConnection()) {
			this.pool.evictConnection(connection);
			assertThat(next.isValid(5)).isTrue();
		}
	}

	@Test
	void evictionAfterTheReturnEndsTheSessionWhenNobodyUsesIt() throws SQLException {
		try (GuardedDataSource single = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			Connection returned = single.getConnection();
			int first = pid(returned);
			returned.close();
			single.evictConnection(returned);
			Connection next = single.getConnection();
			int second = pid(next);
			assertThat(second).isNotEqualTo(first);
			next.close();
			try (Connection user = single.getConnection()) {
				single.evictConnection(next);
				assertThat(pid(user)).isEqualTo(second);
			}
			try (Connection last = single.getConnection()) {
				assertThat(pid(last)).isNotEqualTo(second);
			}
		}
	}

	private static int pid(Connection connection) throws SQLException {
		return connection.unwrap(PGConnection.class).getBackendPID();
	}

	@Test
	void evictionRacingCloseNeverEndsTheNextBorrowersSession() throws Exception {
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try (GuardedDataSource single = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			for (int round = 0; round < 50; round++) {
				Connection racing = single.getConnection();
				CyclicBarrier start = new CyclicBarrier(2);
				Future<?> eviction = threads.submit(() -> {
					start.await();
					single.evictConnection(racing);
					return null;
				});
				start.await();
				racing.close();
				try (Connection next = single.getConnection()) {
					eviction.get();
					assertThat(next.createStatement().execute("select 1")).isTrue();
				}
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void statementIsCancelledThroughTheLease() throws Exception {
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try (Connection connection = this.pool.getConnection()) {
			assertThat(connection.isWrapperFor(LeasedConnection.class)).isTrue();
			LeasedConnection leased = connection.unwrap(LeasedConnection.class);
			assertThat(((GuardedConnection) connection).lease.isUnwrapped()).isFalse();
			Future<Boolean> sleep = threads
				.submit(() -> connection.createStatement().execute("select pg_sleep(60), 'cancelled'"));
			Awaitility.await().until(() -> active("%'cancelled'%") == 1);
			leased.cancelStatement();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(sleep::get)
				.havingCause()
				.isInstanceOfSatisfying(SQLException.class, (ex) -> assertThat(ex.getSQLState()).isEqualTo("57014"));
			assertThat(connection.isValid(5)).isTrue();
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void cancellationAfterTheReturnDoesNotMeetTheNextBorrower() throws Exception {
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try (GuardedDataSource single = this.pools.of(this.database, 1, GuardedPools.SETTINGS)) {
			Connection first = single.getConnection();
			LeasedConnection leased = first.unwrap(LeasedConnection.class);
			first.close();
			try (Connection next = single.getConnection();
					Connection other = this.database.connect();
					Statement lock = other.createStatement()) {
				lock.execute("select pg_advisory_lock(1)");
				Future<Boolean> waits = threads
					.submit(() -> next.createStatement().execute("select pg_advisory_lock(1), 'goes on'"));
				Awaitility.await().until(() -> active("%'goes on'%") == 1);
				leased.cancelStatement();
				lock.execute("select pg_advisory_unlock(1)");
				assertThat(waits.get()).isTrue();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private int active(String query) {
		return this.database.query(
				"select count(*)::int from pg_stat_activity where state = 'active'"
						+ " and pid <> pg_backend_pid() and query like '" + query.replace("'", "''") + "'",
				Integer.class);
	}

	private int sessions() {
		return this.database.query("select count(*)::int from pg_stat_activity where datname = current_database()"
				+ " and pid <> pg_backend_pid()", Integer.class);
	}

	@Test
	void noLeakWaitsForTheListenerOfAnother() throws Exception {
		CountDownLatch told = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		List<ConnectionLeakEvent> events = new CopyOnWriteArrayList<>();
		try (GuardedDataSource slow = this.pools.of(this.database, 3, GuardedPools.SETTINGS, (event) -> {
			told.countDown();
			await(goOn);
			events.add(event);
		})) {
			for (int leak = 0; leak < 3; leak++) {
				leak(slow);
			}
			GuardedPools.awaitNoLease(slow);
			await(told);
			assertThat(events).isEmpty();
			goOn.countDown();
			Awaitility.await().until(() -> events.size() == 3);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void leak(GuardedDataSource pool) throws SQLException {
		pool.getConnection().createStatement().execute("select 1");
	}

	private void leakInTransaction() throws SQLException {
		Connection connection = this.pool.getConnection();
		connection.setAutoCommit(false);
		connection.createStatement().execute("insert into kept values (1)");
	}

	/**
	 * A task that keeps its connection.
	 */
	private static final class Task implements Runnable {

		private final GuardedDataSource pool;

		@SuppressWarnings("unused")
		private Connection connection;

		Task(GuardedDataSource pool) {
			this.pool = pool;
		}

		@Override
		public void run() {
			try {
				this.connection = this.pool.getConnection();
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * A thread that keeps its connection.
	 */
	private static final class Worker extends Thread {

		private final Task task;

		Worker(GuardedDataSource pool) {
			super("worker");
			this.task = new Task(pool);
		}

		@Override
		public void run() {
			this.task.run();
		}

	}

	/**
	 * Gets something from a connection.
	 */
	@FunctionalInterface
	interface Getter {

		User get(Connection connection) throws Exception;

	}

	/**
	 * Uses what was got.
	 */
	@FunctionalInterface
	interface User {

		void use() throws Exception;

	}

}
