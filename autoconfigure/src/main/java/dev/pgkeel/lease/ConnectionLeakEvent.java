package dev.pgkeel.lease;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Published for each connection that was leaked, or that is suspected to be.
 *
 * @param pool the pool's name
 * @param kind how certain it is, and what became of it
 * @param holder the name of the thread that borrowed the connection
 * @param heldFor for how long it has been out
 * @param callSite the user's line that borrowed it, such as
 * {@code com.example.Notes.find(Notes.java:42)}, {@code null} if it was not recorded
 * @param session what the session does, {@code null} if that is not known
 * @since 0.1.0
 */
public record ConnectionLeakEvent(String pool, Kind kind, String holder, Duration heldFor, @Nullable String callSite,
		@Nullable String session) {

	/**
	 * How certain a leak is, and what became of it.
	 */
	public enum Kind {

		/**
		 * Nobody could ever have returned the connection, and it was reclaimed.
		 */
		RECLAIMED,

		/**
		 * Nobody can ever return the connection, and it would have been reclaimed if
		 * pgkeel did not only observe.
		 */
		PROVEN,

		/**
		 * The connection is out for long and does nothing.
		 */
		SUSPECTED

	}

}
