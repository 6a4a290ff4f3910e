package dev.pgkeel.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.pgkeel.actuate.ServerInquiry.PoolFigures;
import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.Status;

/**
 * What the monitor saw, as health: no SQL, and no connection of the pool.
 *
 * @since 0.1.0
 */
public final class MonitorHealth {

	private final ServerMonitor monitor;

	private final @Nullable ConnectionAlerts alerts;

	private final Status panicStatus;

	/**
	 * Creates a view.
	 * @param monitor the monitor
	 * @param alerts the alerts, {@code null} if they are switched off
	 * @param panicStatus the status while an alert is at panic
	 */
	public MonitorHealth(ServerMonitor monitor, @Nullable ConnectionAlerts alerts, Status panicStatus) {
		this.monitor = monitor;
		this.alerts = alerts;
		this.panicStatus = panicStatus;
	}

	/**
	 * Returns whether the monitor knows, and asks it to if it only does so on demand.
	 */
	boolean isWatching() {
		this.monitor.refresh();
		return this.monitor.isActive();
	}

	/**
	 * Returns the status. A full server is out of reach only for an instance that has no
	 * connection.
	 */
	Status status(@Nullable PoolFigures pool, boolean answeredBefore) {
		MonitorFailure failure = this.monitor.state().failure();
		if (failure != null) {
			boolean unreachable = switch (failure.cause()) {
				case SERVER_DOWN, LOGIN_REFUSED, NO_SUCH_DATABASE -> true;
				case SERVER_FULL -> pool == null || pool.active() + pool.idle() == 0;
				case QUESTION_REFUSED, POOL_BUSY -> false;
			};
			if (unreachable) {
				return Status.DOWN;
			}
			if (failure.cause() == MonitorFailure.Cause.QUESTION_REFUSED) {
				return Status.UNKNOWN;
			}
		}
		else if (this.monitor.state().snapshot() == null && !answeredBefore) {
			return Status.UNKNOWN;
		}
		return isPanic() ? this.panicStatus : Status.UP;
	}

	private boolean isPanic() {
		return this.alerts != null && this.alerts.level(AlertSubject.CONNECTIONS) == AlertLevel.PANIC;
	}

	Map<String, Object> details(@Nullable PoolFigures pool) {
		Map<String, Object> details = new LinkedHashMap<>();
		ServerSnapshot snapshot = this.monitor.current();
		details.put("connections", (snapshot != null) ? snapshot.binding().toString() : "unknown");
		details.put("dataAge", this.monitor.dataAge().toSeconds() + " s");
		String cause = cause(pool);
		if (cause != null) {
			details.put("cause", cause);
		}
		if (this.alerts != null && !this.alerts.current().isEmpty()) {
			details.put("alerts", this.alerts.current().stream().map(Object::toString).toList());
		}
		return details;
	}

	private @Nullable String cause(@Nullable PoolFigures pool) {
		MonitorFailure failure = this.monitor.state().failure();
		if (failure != null) {
			return failure.toString();
		}
		boolean busy = pool != null && pool.idle() == 0 && pool.active() >= pool.max();
		return busy ? MonitorFailure.Cause.POOL_BUSY.toString() : null;
	}

}
