package dev.pgkeel.server;

/**
 * Is told of each question that the monitor asked.
 *
 * @since 0.1.0
 */
public interface PollListener {

	/**
	 * Draws conclusions. Called by the monitor's thread.
	 * @param state what the monitor knows now
	 * @return whether to look again soon
	 */
	boolean polled(MonitorState state);

}
