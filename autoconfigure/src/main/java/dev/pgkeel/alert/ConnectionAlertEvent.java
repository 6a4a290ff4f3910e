package dev.pgkeel.alert;

import org.springframework.context.ApplicationEvent;

/**
 * Application event that tells of an alert's change. Published on the monitor's thread: a
 * listener that takes long belongs on another one.
 *
 * @since 0.1.0
 */
public final class ConnectionAlertEvent extends ApplicationEvent {

	private final transient ConnectionAlert alert;

	/**
	 * Creates an event.
	 * @param source who tells
	 * @param alert the alert
	 */
	public ConnectionAlertEvent(Object source, ConnectionAlert alert) {
		super(source);
		this.alert = alert;
	}

	/**
	 * Returns the alert.
	 * @return the alert
	 */
	public ConnectionAlert getAlert() {
		return this.alert;
	}

}
