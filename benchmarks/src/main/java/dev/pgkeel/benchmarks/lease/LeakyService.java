package dev.pgkeel.benchmarks.lease;

import java.lang.ref.Reference;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;

/**
 * A service under steady load, some of whose requests forget to close their connection.
 * It is a process of its own, so that each pool has a heap of its own; {@link LeakStorm}
 * starts it. Nothing here asks for a collection.
 */
public final class LeakyService {

	private static final int REQUESTS_PER_SECOND = 100;

	private static final int POOL_SIZE = 10;

	private static final int LIVE_MEGABYTES = 100;

	private static final int GARBAGE_BYTES = 200_000;

	private static final int LONG_WORK_SECONDS = 20;

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final DataSource dataSource;

	private final double leaksPerSecond;

	private final AtomicLong served = new AtomicLong();

	private final AtomicLong failed = new AtomicLong();

	private final AtomicLong leaked = new AtomicLong();

	private final AtomicLong longWorkDone = new AtomicLong();

	private final AtomicLong longWorkKilled = new AtomicLong();

	private final AtomicLong longestWaitNanos = new AtomicLong();

	private LeakyService(DataSource dataSource, double leaksPerSecond) {
		this.dataSource = dataSource;
		this.leaksPerSecond = leaksPerSecond;
	}

	/**
	 * Runs the service.
	 * @param arguments the contender, the URL, the role, the leaks per second, and how
	 * many seconds
	 * @throws Exception if the service cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Contender contender = Contender.valueOf(arguments[0]);
		Target target = new Target(org.postgresql.Driver.class.getName(), arguments[1], arguments[2]);
		double leaksPerSecond = Double.parseDouble(arguments[3]);
		int seconds = Integer.parseInt(arguments[4]);
		List<byte[]> live = new ArrayList<>();
		for (int i = 0; i < LIVE_MEGABYTES; i++) {
			live.add(new byte[1 << 20]);
		}
		try (Pool pool = contender.open(target, POOL_SIZE, PATIENCE)) {
			pool.borrowAndReturn();
			LeakyService service = new LeakyService(pool.dataSource(), leaksPerSecond);
			service.run(seconds);
			System.out.println(ServiceProcess.RESULT + service.result(sessions(target)));
			Reference.reachabilityFence(live);
		}
	}

	private void run(int seconds) throws InterruptedException {
		ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
		ExecutorService workers = Executors.newFixedThreadPool(200);
		long requests = (long) seconds * REQUESTS_PER_SECOND;
		AtomicLong sent = new AtomicLong();
		double leakEvery = (this.leaksPerSecond > 0) ? REQUESTS_PER_SECOND / this.leaksPerSecond : Double.MAX_VALUE;
		clock.scheduleAtFixedRate(() -> {
			long number = sent.incrementAndGet();
			if (number <= requests) {
				boolean leaks = Math.floor(number / leakEvery) > Math.floor((number - 1) / leakEvery);
				workers.execute(() -> request(leaks));
			}
		}, 0, 1_000_000 / REQUESTS_PER_SECOND, TimeUnit.MICROSECONDS);
		Thread longWork = new Thread(() -> {
			for (int done = 0; done + LONG_WORK_SECONDS <= seconds; done += LONG_WORK_SECONDS) {
				workForLong();
			}
		});
		longWork.start();
		longWork.join();
		while (sent.get() < requests) {
			TimeUnit.MILLISECONDS.sleep(10);
		}
		clock.shutdownNow();
		workers.shutdown();
		workers.awaitTermination(1, TimeUnit.MINUTES);
	}

	private void request(boolean leaks) {
		try {
			byte[] garbage = new byte[GARBAGE_BYTES];
			long start = System.nanoTime();
			Connection connection = this.dataSource.getConnection();
			long waited = System.nanoTime() - start;
			this.longestWaitNanos.accumulateAndGet(waited, Math::max);
			work(connection, garbage);
			if (leaks) {
				// The early return: nobody closes it
				this.leaked.incrementAndGet();
				this.served.incrementAndGet();
				return;
			}
			connection.close();
			this.served.incrementAndGet();
		}
		catch (SQLException ex) {
			this.failed.incrementAndGet();
		}
	}

	private static void work(Connection connection, byte[] garbage) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select pg_sleep(0.005), " + garbage.length)) {
			row.next();
		}
	}

	/**
	 * Healthy work that takes long, half of it between statements.
	 */
	private void workForLong() {
		Connection connection;
		try {
			connection = this.dataSource.getConnection();
		}
		catch (SQLException ex) {
			this.failed.incrementAndGet();
			return;
		}
		try (connection; Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			for (int i = 0; i < LONG_WORK_SECONDS; i++) {
				statement.execute("select pg_sleep(0.5)");
				TimeUnit.MILLISECONDS.sleep(500);
			}
			connection.commit();
			this.longWorkDone.incrementAndGet();
		}
		catch (SQLException ex) {
			this.longWorkKilled.incrementAndGet();
			System.err.println("Long work ended by: " + ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static int sessions(Target target) throws SQLException {
		try (Connection connection = DriverManager.getConnection(target.url(), target.user(), "");
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity"
						+ " where datname = current_database() and pid <> pg_backend_pid()")) {
			row.next();
			return row.getInt(1);
		}
	}

	private String result(int sessions) {
		return Stream
			.of(this.leaked.get(), this.served.get(), this.failed.get(),
					TimeUnit.NANOSECONDS.toMillis(this.longestWaitNanos.get()), sessions, this.longWorkDone.get(),
					this.longWorkKilled.get())
			.map(String::valueOf)
			.collect(Collectors.joining(" | "));
	}

}
