package dev.pgkeel.autoconfigure;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Refusals;
import org.jspecify.annotations.Nullable;

/**
 * The pool that the monitor looks after. A scope such as Spring Cloud's makes it anew,
 * and the new one is told what the one before was. Safe for use by several threads.
 */
final class WatchedPool {

	private final Supplier<DataSource> dataSource;

	private final BooleanSupplier ours;

	private final Refusals refusals;

	private @Nullable HikariDataSource last;

	private @Nullable Consumer<GuardedDataSource> listener;

	/**
	 * Creates a pool that nobody has asked for yet.
	 * @param dataSource tells the application's data source
	 * @param ours whether it is the context's own. A child context's monitor may end long
	 * before the pool of the parent does
	 * @param refusals counts its timeouts
	 */
	WatchedPool(Supplier<DataSource> dataSource, BooleanSupplier ours, Refusals refusals) {
		this.dataSource = dataSource;
		this.ours = ours;
		this.refusals = refusals;
	}

	/**
	 * Returns the pool.
	 * @return the pool, {@code null} if there is none on PostgreSQL
	 */
	@Nullable HikariDataSource pool() {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource.get());
		if (pool == null || DatabaseTarget.ofPool(pool) == DatabaseTarget.OTHER
				|| DatabaseTarget.ofPool(pool) == DatabaseTarget.UNKNOWN) {
			return null;
		}
		synchronized (this) {
			if (pool != this.last) {
				this.last = pool;
				PoolLeases leases = leases(pool);
				if (leases != null) {
					leases.countWith(this.refusals);
				}
				tell(pool);
			}
		}
		return pool;
	}

	/**
	 * Returns who holds a pool's connections.
	 * @param pool the pool
	 * @return the leases, {@code null} if nobody of ours knows
	 */
	@Nullable PoolLeases leases(@Nullable HikariDataSource pool) {
		return (pool instanceof GuardedDataSource guarded && this.ours.getAsBoolean()) ? guarded.leases() : null;
	}

	/**
	 * Has somebody told of the pool, and of each that takes its place.
	 * @param listener is told
	 */
	void listen(Consumer<GuardedDataSource> listener) {
		HikariDataSource pool = pool();
		synchronized (this) {
			this.listener = listener;
			tell(pool);
		}
	}

	private void tell(@Nullable HikariDataSource pool) {
		if (this.listener != null && pool instanceof GuardedDataSource guarded) {
			this.listener.accept(guarded);
		}
	}

}
