package dev.pgkeel.autoconfigure;

import java.util.function.BooleanSupplier;

import dev.pgkeel.server.ServerMonitor;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the monitor last and ends it first, and with it its session.
 */
final class MonitorLifecycle implements SmartLifecycle {

	private final ServerMonitor monitor;

	private final BooleanSupplier possible;

	private final boolean onDemand;

	private @Nullable Runnable beforeFirstStart;

	/**
	 * Creates a lifecycle.
	 * @param monitor the monitor
	 * @param possible tells at start whether there is something to ask
	 * @param onDemand whether the monitor only asks when others ask it
	 * @param beforeFirstStart is run before the monitor starts for the first time,
	 * {@code null} for nothing
	 */
	MonitorLifecycle(ServerMonitor monitor, BooleanSupplier possible, boolean onDemand,
			@Nullable Runnable beforeFirstStart) {
		this.monitor = monitor;
		this.possible = possible;
		this.onDemand = onDemand;
		this.beforeFirstStart = beforeFirstStart;
	}

	@Override
	public boolean isAutoStartup() {
		return this.possible.getAsBoolean();
	}

	/**
	 * A context that is stopped and started again starts all, whatever they say of
	 * starting by themselves.
	 */
	@Override
	public void start() {
		if (!this.possible.getAsBoolean()) {
			return;
		}
		if (this.beforeFirstStart != null) {
			this.beforeFirstStart.run();
			this.beforeFirstStart = null;
		}
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
