package dev.pgkeel.lease;

import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What to do when the holder of a connection closes it. Used by the holder only.
 */
final class ClosingActions {

	private static final Log logger = LogFactory.getLog(ClosingActions.class);

	private static final int MAXIMUM = 8;

	private final Map<String, Runnable> actions = new LinkedHashMap<>();

	/**
	 * Adds an action, unless there are many.
	 * @param key what the action is about, of which one is enough
	 * @param action the action
	 */
	void add(String key, Runnable action) {
		if (this.actions.size() < MAXIMUM) {
			this.actions.putIfAbsent(key, action);
		}
	}

	void run() {
		this.actions.values().forEach(ClosingActions::run);
	}

	private static void run(Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException | Error ex) {
			logger.debug("A lease that was closed could not be reported", ex);
		}
	}

}
