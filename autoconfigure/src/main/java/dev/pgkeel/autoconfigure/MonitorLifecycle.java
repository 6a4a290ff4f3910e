package dev.pgkeel.autoconfigure;

import dev.pgkeel.server.ServerMonitor;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the monitor last and ends it first, and with it its session.
 */
final class MonitorLifecycle implements SmartLifecycle {

	private final ServerMonitor monitor;

	private final boolean automatic;

	MonitorLifecycle(ServerMonitor monitor, boolean automatic) {
		this.monitor = monitor;
		this.automatic = automatic;
	}

	@Override
	public boolean isAutoStartup() {
		return this.automatic;
	}

	@Override
	public void start() {
		this.monitor.start();
	}

	@Override
	public void stop() {
		this.monitor.stop();
	}

	@Override
	public boolean isRunning() {
		return this.monitor.isRunning();
	}

}
