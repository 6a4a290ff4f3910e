package dev.pgkeel.alert;

import java.util.List;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells several, even if one of them fails.
 *
 * @param notifiers those who are told, asked for each time
 * @since 0.1.0
 */
public record AlertNotifiers(Supplier<List<AlertNotifier>> notifiers) implements AlertNotifier {

	private static final Log logger = LogFactory.getLog(AlertNotifiers.class);

	@Override
	public void notify(ConnectionAlert alert) {
		for (AlertNotifier notifier : this.notifiers.get()) {
			try {
				notifier.notify(alert);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Somebody who should be told of an alert failed", ex);
			}
		}
	}

}
