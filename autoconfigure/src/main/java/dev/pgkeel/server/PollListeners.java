package dev.pgkeel.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells all listeners, even if one of them fails. Safe for use by several threads.
 */
final class PollListeners implements PollListener {

	private static final Log logger = LogFactory.getLog(PollListeners.class);

	private final List<PollListener> listeners;

	PollListeners(List<PollListener> listeners) {
		this.listeners = new CopyOnWriteArrayList<>(listeners);
	}

	void add(PollListener listener) {
		this.listeners.add(listener);
	}

	@Override
	public boolean polled(MonitorState state) {
		boolean soon = false;
		for (PollListener listener : this.listeners) {
			try {
				soon |= listener.polled(state);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("A listener of the monitor failed", ex);
			}
		}
		return soon;
	}

}
