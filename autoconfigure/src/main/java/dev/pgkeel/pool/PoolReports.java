package dev.pgkeel.pool;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The reports of all pools of the application. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PoolReports implements AopInfrastructureBean {

	private final Map<String, PoolReport> byBean = new ConcurrentSkipListMap<>();

	private final Map<String, PoolSizing> sizings = new ConcurrentHashMap<>();

	private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

	/**
	 * Adds a report.
	 * @param beanName the name of the pool's bean
	 * @param report the report
	 */
	public void add(String beanName, PoolReport report) {
		if (this.byBean.put(beanName, report) == null) {
			this.listeners.forEach((listener) -> listener.accept(beanName));
		}
	}

	/**
	 * Tells about each pool, those there are and those that come.
	 * @param listener is told the name of the pool's bean, once or twice
	 */
	public void forEach(Consumer<String> listener) {
		this.listeners.add(listener);
		this.byBean.keySet().forEach(listener);
	}

	/**
	 * Adds what was found of a pool's size.
	 * @param beanName the name of the pool's bean
	 * @param sizing its size compared with the budget
	 */
	public void size(String beanName, PoolSizing sizing) {
		this.sizings.put(beanName, sizing);
	}

	/**
	 * Returns what was found of a pool's size.
	 * @param beanName the name of the pool's bean
	 * @return its size compared with the budget, {@code null} if that is not known
	 */
	public @Nullable PoolSizing sizing(String beanName) {
		return this.sizings.get(beanName);
	}

	/**
	 * Returns the reports.
	 * @return the reports by the name of the pool's bean, a live view
	 */
	public Map<String, PoolReport> all() {
		return Collections.unmodifiableMap(this.byBean);
	}

}
