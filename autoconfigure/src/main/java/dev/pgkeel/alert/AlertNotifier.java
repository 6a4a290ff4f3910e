package dev.pgkeel.alert;

/**
 * Is told of alerts.
 *
 * @since 0.1.0
 */
public interface AlertNotifier {

	/**
	 * Tells of an alert's change, or reminds of it. Must not block.
	 * @param alert the alert
	 */
	void notify(ConnectionAlert alert);

}
