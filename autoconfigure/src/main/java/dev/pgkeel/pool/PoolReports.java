package dev.pgkeel.pool;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The reports of all pools of the application. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PoolReports {

	private final Map<String, PoolReport> byBean = new ConcurrentSkipListMap<>();

	/**
	 * Adds a report.
	 * @param beanName the name of the pool's bean
	 * @param report the report
	 */
	public void add(String beanName, PoolReport report) {
		this.byBean.put(beanName, report);
	}

	/**
	 * Returns the reports.
	 * @return the reports by the name of the pool's bean, a live view
	 */
	public Map<String, PoolReport> all() {
		return Collections.unmodifiableMap(this.byBean);
	}

}
