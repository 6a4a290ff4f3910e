package dev.pgkeel.alert;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Writes one line for each change of an alert.
 *
 * @since 0.1.0
 */
public final class LoggingNotifier implements AlertNotifier {

	private static final Log logger = LogFactory.getLog(LoggingNotifier.class);

	@Override
	public void notify(ConnectionAlert alert) {
		switch (alert.level()) {
			case NONE -> logger.info(alert);
			case ALERT -> logger.warn(alert);
			default -> logger.error(alert);
		}
	}

}
