package dev.pgkeel.server;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a session does.
 *
 * @param pid the process that serves it
 * @param state the server's word for it, such as {@code idle in transaction},
 * {@code null} if the server does not show it
 * @param stateChange since when, by the server's clock
 * @param unchangedFor for how long, measured by the server
 * @param listens whether its last statement was {@code LISTEN}, as far as is known
 * @since 0.1.0
 */
public record SessionState(int pid, @Nullable String state, @Nullable Instant stateChange,
		@Nullable Duration unchangedFor, boolean listens) {

	/**
	 * Returns whether the session runs a statement.
	 * @return whether it is active, or may be
	 */
	public boolean isActive() {
		return this.state != null && !isIdle();
	}

	/**
	 * Returns whether the session waits for its client.
	 * @return whether it is idle, in or outside a transaction
	 */
	public boolean isIdle() {
		return this.state != null && this.state.startsWith("idle");
	}

}
