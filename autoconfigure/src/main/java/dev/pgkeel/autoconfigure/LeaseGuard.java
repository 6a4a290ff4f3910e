package dev.pgkeel.autoconfigure;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.lease.ConnectionLeakEvent;
import dev.pgkeel.lease.ExplicitCollections;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.server.DatabaseTarget;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.beans.factory.DisposableBean;

/**
 * Puts guarded pools in the place of plain ones. Spring destroys the bean that it made,
 * so the pool in its place is closed by us.
 */
final class LeaseGuard implements DisposableBean, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(LeaseGuard.class);

	private final LeakSettings settings;

	private final LeasedPools pools;

	private final Consumer<ConnectionLeakEvent> listener;

	private final Predicate<String> isFromJndi;

	private final Predicate<String> outlivesContext;

	private final Map<HikariDataSource, GuardedDataSource> guarded = new IdentityHashMap<>();

	LeaseGuard(LeakSettings settings, LeasedPools pools, Consumer<ConnectionLeakEvent> listener,
			Predicate<String> isFromJndi, Predicate<String> outlivesContext) {
		this.settings = settings;
		this.pools = pools;
		this.listener = listener;
		this.isFromJndi = isFromJndi;
		this.outlivesContext = outlivesContext;
		if (settings.collectWhenStarved() && ExplicitCollections.areDisabled()) {
			logger.info("The JVM does not collect garbage when asked to (-XX:+DisableExplicitGC): connections leaked by"
					+ " a quiet application come back only when the JVM collects by itself");
		}
	}

	/**
	 * Returns the pool to use.
	 * @param pool a pool that Spring or a factory bean made
	 * @param beanName the name of the pool's bean
	 * @param target what the pool leads to
	 * @return a guarded pool in its place, or the same one if it is to be left alone
	 */
	synchronized HikariDataSource guard(HikariDataSource pool, String beanName, DatabaseTarget target) {
		if (pool instanceof GuardedDataSource || target == DatabaseTarget.OTHER || target == DatabaseTarget.UNKNOWN) {
			return pool;
		}
		// What is behind it is a bean too
		if (pool instanceof ScopedObject) {
			return pool;
		}
		if (pool.getClass() != HikariDataSource.class) {
			return leaveAlone(pool, beanName, "its class is " + pool.getClass().getName());
		}
		if (pool.isRunning()) {
			return leaveAlone(pool, beanName, "it was already running when it became a bean");
		}
		if (pool.isClosed()) {
			return pool;
		}
		// Its other users would go on with a pool beside ours
		if (this.isFromJndi.test(beanName)) {
			return leaveAlone(pool, beanName, "it comes from JNDI, where others may find it too");
		}
		// The next context may be given it too, and would make one more
		if (this.outlivesContext.test(beanName)) {
			return leaveAlone(pool, beanName, "its destroy method is empty, so it may be the pool of others too");
		}
		GuardedDataSource guard = GuardedDataSource.of(pool, beanName, this.settings, this.listener);
		this.guarded.put(pool, guard);
		this.pools.add(beanName, Objects.requireNonNull(guard.leases()));
		return guard;
	}

	private static HikariDataSource leaveAlone(HikariDataSource pool, String beanName, String reason) {
		logger
			.info(Objects.requireNonNullElse(pool.getPoolName(), beanName) + " - is not watched for leaks: " + reason);
		return pool;
	}

	synchronized boolean isGuarded(Object original) {
		return original instanceof HikariDataSource pool && this.guarded.containsKey(pool);
	}

	/**
	 * Closes the pool in the place of another one.
	 */
	void close(Object original) {
		GuardedDataSource guard = remove(original);
		if (guard != null) {
			guard.close();
		}
	}

	private synchronized @Nullable GuardedDataSource remove(Object original) {
		return (original instanceof HikariDataSource pool) ? this.guarded.remove(pool) : null;
	}

	/**
	 * Closes the pools in the place of those that factory beans made: nobody tells when
	 * these are to be destroyed.
	 */
	@Override
	public void destroy() {
		List<HikariDataSource> left;
		synchronized (this) {
			left = new ArrayList<>(this.guarded.keySet());
		}
		left.forEach(this::close);
	}

}
