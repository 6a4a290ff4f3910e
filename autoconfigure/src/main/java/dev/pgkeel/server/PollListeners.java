package dev.pgkeel.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells all listeners, even if one of them fails. Safe for use by several threads.
 */
final class PollListeners {

	private static final Log logger = LogFactory.getLog(PollListeners.class);

	private final List<PollListener> listeners;

	PollListeners(List<PollListener> listeners) {
		this.listeners = new CopyOnWriteArrayList<>(listeners);
	}

	void add(PollListener listener) {
		this.listeners.add(listener);
	}

	void remove(PollListener listener) {
		this.listeners.remove(listener);
	}

	/**
	 * Tells them that the server was asked.
	 * @param state what is known now
	 * @param wanted whether anybody still wants to know. What a listener uses may be gone
	 * when nobody does
	 * @return whether one of them wants the next question soon
	 */
	boolean polled(MonitorState state, BooleanSupplier wanted) {
		boolean soon = false;
		for (PollListener listener : this.listeners) {
			if (!wanted.getAsBoolean()) {
				return false;
			}
			try {
				soon |= listener.polled(state);
			}
			catch (RuntimeException | Error ex) {
				if (wanted.getAsBoolean()) {
					logger.warn("A listener of the monitor failed", ex);
				}
			}
		}
		return soon;
	}

}
