package dev.pgkeel.autoconfigure;

import java.util.function.BooleanSupplier;

import dev.pgkeel.server.ServerMonitor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the monitor last and ends it first, and with it its session. A data source that
 * is made lazily is not made for it: the monitor starts when it is.
 */
final class MonitorLifecycle implements SmartLifecycle, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(MonitorLifecycle.class);

	private final ServerMonitor monitor;

	private final LazyDataSource dataSource;

	private final BooleanSupplier possible;

	private final boolean onDemand;

	private @Nullable Runnable beforeFirstStart;

	private volatile boolean waiting;

	/**
	 * Creates a lifecycle.
	 * @param monitor the monitor
	 * @param dataSource tells whether the data source is still to be made
	 * @param possible tells at start whether there is something to ask
	 * @param onDemand whether the monitor only asks when others ask it
	 * @param beforeFirstStart is run before the monitor starts for the first time
	 */
	MonitorLifecycle(ServerMonitor monitor, LazyDataSource dataSource, BooleanSupplier possible, boolean onDemand,
			Runnable beforeFirstStart) {
		this.monitor = monitor;
		this.dataSource = dataSource;
		this.possible = possible;
		this.onDemand = onDemand;
		this.beforeFirstStart = beforeFirstStart;
	}

	@Override
	public boolean isAutoStartup() {
		return this.dataSource.isMissing() || this.possible.getAsBoolean();
	}

	/**
	 * A context that is stopped and started again starts all, whatever they say of
	 * starting by themselves.
	 */
	@Override
	public void start() {
		this.waiting = true;
		if (!this.dataSource.await(this::startLate)) {
			startIfPossible();
		}
	}

	/**
	 * What failed with the data source fails where it is used.
	 */
	private void startLate() {
		try {
			startIfPossible();
		}
		catch (RuntimeException ex) {
			this.waiting = false;
			logger.debug("The monitor cannot start", ex);
		}
	}

	private void startIfPossible() {
		boolean now = this.possible.getAsBoolean();
		synchronized (this) {
			if (now && this.waiting) {
				startNow();
			}
			this.waiting = false;
		}
	}

	private void startNow() {
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
	public synchronized void stop() {
		this.waiting = false;
		this.monitor.stop();
	}

	@Override
	public boolean isRunning() {
		return this.waiting || this.monitor.isActive();
	}

}
