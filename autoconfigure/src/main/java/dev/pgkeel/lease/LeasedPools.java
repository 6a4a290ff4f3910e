package dev.pgkeel.lease;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The leases of all pools of the application. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class LeasedPools implements AopInfrastructureBean {

	private final Map<String, PoolLeases> byBean = new LinkedHashMap<>();

	private BiConsumer<String, PoolLeases> listener = (beanName, leases) -> {
	};

	/**
	 * Adds a pool.
	 * @param beanName the name of the pool's bean
	 * @param leases its leases
	 */
	public synchronized void add(String beanName, PoolLeases leases) {
		this.byBean.put(beanName, leases);
		this.listener.accept(beanName, leases);
	}

	/**
	 * Tells about each pool, those there are and those that come.
	 * @param listener is told the name of the pool's bean and its leases
	 */
	public synchronized void forEach(BiConsumer<String, PoolLeases> listener) {
		this.byBean.forEach(listener);
		this.listener = this.listener.andThen(listener);
	}

	/**
	 * Returns the leases of all pools by the names of their beans.
	 * @return the leases
	 */
	public synchronized Map<String, PoolLeases> all() {
		return Collections.unmodifiableMap(new LinkedHashMap<>(this.byBean));
	}

}
