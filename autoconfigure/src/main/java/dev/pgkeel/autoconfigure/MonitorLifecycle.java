package dev.pgkeel.autoconfigure;

import dev.pgkeel.server.ServerMonitor;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the monitor last and ends it first, and with it its session.
 */
final class MonitorLifecycle implements SmartLifecycle {

	private final ServerMonitor monitor;

	private final boolean possible;

	private final boolean onDemand;

	/**
	 * Creates a lifecycle.
	 * @param monitor the monitor
	 * @param possible whether there is something to ask
	 * @param onDemand whether the monitor only asks when others ask it
	 */
	MonitorLifecycle(ServerMonitor monitor, boolean possible, boolean onDemand) {
		this.monitor = monitor;
		this.possible = possible;
		this.onDemand = onDemand;
	}

	@Override
	public boolean isAutoStartup() {
		return this.possible;
	}

	@Override
	public void start() {
		if (this.onDemand) {
			this.monitor.startOnDemand();
		}
		else {
			this.monitor.start();
		}
	}

	@Override
	public void stop() {
		this.monitor.stop();
	}

	@Override
	public boolean isRunning() {
		return this.monitor.isActive();
	}

}
