package dev.pgkeel.actuate.console;

import java.util.List;

import dev.pgkeel.alert.ConnectionAlert;
import dev.pgkeel.alert.ConnectionAlerts;

/**
 * The alerts.
 *
 * @param current those in force
 * @param history the last changes, the latest first
 * @since 0.1.0
 */
public record AlertsView(List<AlertView> current, List<AlertView> history) {

	private static final int MOST = 20;

	static AlertsView of(ConnectionAlerts alerts) {
		return new AlertsView(alerts.current().stream().map(AlertView::of).toList(),
				alerts.history().stream().limit(MOST).map(AlertView::of).toList());
	}

	/**
	 * An alert, or its end.
	 *
	 * @param subject what it is about
	 * @param level none, alert, page or panic
	 * @param since since when, in milliseconds since 1970
	 * @param message what is the matter
	 */
	public record AlertView(String subject, String level, long since, String message) {

		static AlertView of(ConnectionAlert alert) {
			return new AlertView(alert.subject().toString(), alert.level().toString(), alert.since().toEpochMilli(),
					alert.message());
		}

	}

}
