package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.console.ConsoleHistory;
import dev.pgkeel.server.ServerMonitor;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;

/**
 * Has the console's history filled by the monitor of a parent context, which does not
 * find it among its listeners and may go on for longer.
 */
final class InheritedHistory implements InitializingBean, DisposableBean, AopInfrastructureBean {

	private final ServerMonitor monitor;

	private final ConsoleHistory history;

	InheritedHistory(ServerMonitor monitor, ConsoleHistory history) {
		this.monitor = monitor;
		this.history = history;
	}

	@Override
	public void afterPropertiesSet() {
		this.monitor.addListener(this.history);
	}

	@Override
	public void destroy() {
		this.monitor.removeListener(this.history);
	}

}
