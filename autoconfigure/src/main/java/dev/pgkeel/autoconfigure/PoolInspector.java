package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.pool.ReadOnlyWatch;
import dev.pgkeel.server.ConnectFailure;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.UrlMistake;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Makes the first connection for each pool, before the pool makes its own, and learns
 * what the server is. It does so beside the start, which waits for it, but not long: a
 * guarded pool before it starts, any other one before it is given out, and at the latest
 * when all beans are made. A server that does not answer is asked again in the
 * background: nothing but schema scripts needs it at start.
 */
final class PoolInspector implements SmartInitializingSingleton, DisposableBean, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(PoolInspector.class);

	/**
	 * A server that does not answer keeps one of them busy: pools on other servers are
	 * not to wait for it.
	 */
	private static final int THREADS = 4;

	/**
	 * Where the network falls silent, the server is asked again.
	 */
	private static final int ANSWER_MILLIS = 10_000;

	/**
	 * The SQLSTATE classes of what is not supported, not known or not allowed.
	 */
	private static final List<String> REFUSED_QUESTIONS = List.of("0A", "42");

	private final KnownServers servers;

	private final Duration retryDelay;

	private final ScheduledExecutorService executor;

	private final List<InspectionWait> waits = new CopyOnWriteArrayList<>();

	PoolInspector(KnownServers servers, Duration retryDelay) {
		this.servers = servers;
		this.retryDelay = retryDelay;
		ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(THREADS, (task) -> {
			Thread thread = new Thread(task, "pgkeel-preflight");
			thread.setDaemon(true);
			return thread;
		});
		threads.setKeepAliveTime(1, TimeUnit.SECONDS);
		threads.allowCoreThreadTimeOut(true);
		this.executor = threads;
	}

	/**
	 * Inspects the server of a pool.
	 * @param pool the pool, not running yet
	 * @param poolName the pool's name
	 * @param inspection draws the conclusions from the first connection
	 * @param mayRefuse whether the conclusion may be that the pool is refused, so that
	 * nobody is to have it before. Who has it once keeps it
	 * @throws OverBudgetException if the pool is refused
	 */
	void inspect(HikariDataSource pool, String poolName, Inspection inspection, boolean mayRefuse) {
		UrlMistake mistake = mistake(pool);
		if (mistake != null) {
			logger.warn(poolName + " - is not inspected: its URL " + mistake.problem() + ". " + mistake.action());
			return;
		}
		Inspector inspector = new Inspector(pool, poolName, inspection, mayRefuse);
		FutureTask<?> attempt = new FutureTask<>(inspector, null);
		InspectionWait wait = new InspectionWait(poolName, attempt);
		if (!(pool instanceof GuardedDataSource guarded) || mayRefuse) {
			this.executor.execute(attempt);
			wait.await();
			inspector.mayRefuse = false;
			if (pool instanceof GuardedDataSource guarded) {
				guarded.looked();
			}
			return;
		}
		// Before it begins, since a size that is set from here on is the application's
		// own
		guarded.beforeStart(wait::await);
		this.waits.add(wait);
		this.executor.execute(attempt);
	}

	/**
	 * What the driver and HikariCP say of such a URL shows the password.
	 */
	private static @Nullable UrlMistake mistake(HikariDataSource pool) {
		return (pool.getDataSource() == null) ? UrlMistake.ofUnusable(DatabaseTarget.url(pool)) : null;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.waits.forEach(InspectionWait::await);
		this.waits.clear();
	}

	/**
	 * Watches a pool for connections that only read by now.
	 * @param pool the pool, not running yet
	 * @param poolName the pool's name
	 * @param mode whether such connections are replaced or only reported
	 */
	void watch(HikariDataSource pool, String poolName, PgkeelMode mode) {
		pool.setExceptionOverride(new ReadOnlyWatch(pool.getExceptionOverride(),
				new StaleConnections(pool, poolName, mode, this.executor)));
	}

	@Override
	public void destroy() {
		this.executor.shutdownNow();
	}

	/**
	 * What to learn from the first connection.
	 */
	interface Inspection {

		/**
		 * Draws the conclusions.
		 * @param connection the first connection
		 * @param facts the server's facts
		 * @param refusable tells whether the pool may be refused still
		 * @return what is known then
		 * @throws SQLException if the server fails meanwhile
		 * @throws OverBudgetException if the pool is refused
		 */
		KnownServer inspect(Connection connection, ServerFacts facts, BooleanSupplier refusable) throws SQLException;

	}

	/**
	 * Asks until it is answered.
	 */
	private final class Inspector implements Runnable {

		private final HikariDataSource pool;

		private final String poolName;

		private final Inspection inspection;

		private volatile boolean mayRefuse;

		private boolean warned;

		Inspector(HikariDataSource pool, String poolName, Inspection inspection, boolean mayRefuse) {
			this.pool = pool;
			this.poolName = poolName;
			this.inspection = inspection;
			this.mayRefuse = mayRefuse;
		}

		@Override
		public void run() {
			try (Connection connection = new Preflight(this.pool).connectAsPool()) {
				connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
				if (Preflight.isPostgres(connection)) {
					learn(connection);
				}
			}
			catch (SQLException ex) {
				if (PoolInspector.this.executor.isShutdown()) {
					logger.debug("The application is closing: its server is not looked at any more", ex);
					return;
				}
				if (!this.warned) {
					logger.warn(this.poolName + " - " + describe(ex));
					this.warned = true;
				}
				retry();
			}
		}

		/**
		 * Nobody waits any more who would be told.
		 */
		private void runAgain() {
			try {
				run();
			}
			catch (RuntimeException ex) {
				logger.warn(this.poolName + " - the server could not be inspected", ex);
			}
		}

		/**
		 * A server that speaks PostgreSQL's protocol and is another one may not know what
		 * it is asked for, and a role may lack a right. Neither changes by itself.
		 */
		private void learn(Connection connection) throws SQLException {
			try {
				KnownServer server = this.inspection.inspect(connection, ServerFacts.read(connection),
						() -> this.mayRefuse);
				PoolInspector.this.servers.put(this.pool, server);
				logger.info(this.poolName + " - " + server);
			}
			catch (SQLException ex) {
				String state = String.valueOf(ex.getSQLState());
				if (REFUSED_QUESTIONS.stream().noneMatch(state::startsWith)) {
					throw ex;
				}
				logger.warn(this.poolName + " - the server does not tell about itself, and is not asked again. The pool"
						+ " is used as it is: " + ex.getMessage() + " (SQLSTATE " + state + ")");
			}
		}

		/**
		 * Of a server that cannot be reached the driver's own message has host and port.
		 * One that answers may still refuse what the pool sends first.
		 */
		private String describe(SQLException ex) {
			ConnectFailure failure = ConnectFailure.of(ex);
			String again = " is asked again every " + PoolInspector.this.retryDelay.toSeconds() + " s: ";
			String state = " (SQLSTATE " + ex.getSQLState() + ")";
			if (failure != null && !failure.isUnreachable()) {
				return "there is no connection to the server yet, and it" + again + failure.problem() + state;
			}
			return (ConnectFailure.isOfTheServer(ex) ? "there is no usable connection to the server yet, and it"
					: "the server cannot be reached yet, and") + again + ex.getMessage() + state;
		}

		private void retry() {
			if (this.pool.isClosed()) {
				return;
			}
			try {
				PoolInspector.this.executor.schedule(this::runAgain, PoolInspector.this.retryDelay.toMillis(),
						TimeUnit.MILLISECONDS);
			}
			catch (RejectedExecutionException ex) {
				logger.debug("The application is closing: its server is not asked again");
			}
		}

	}

}
