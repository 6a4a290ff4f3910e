package dev.pgkeel.lease;

import java.sql.SQLTransientConnectionException;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a thread that holds a connection waits for another one of the same pool,
 * and so does whoever holds the other connections: none would ever be returned. One of
 * them is refused, so that the others can go on.
 *
 * @since 0.1.0
 */
public final class NestedConnectionException extends SQLTransientConnectionException {

	/**
	 * Where the connection was borrowed that the thread holds.
	 */
	private final @Nullable String outerCallSite;

	/**
	 * Where the connection was asked for that is refused.
	 */
	private final @Nullable String innerCallSite;

	NestedConnectionException(String message, @Nullable String outerCallSite, @Nullable String innerCallSite) {
		super(message);
		this.outerCallSite = outerCallSite;
		this.innerCallSite = innerCallSite;
	}

	/**
	 * Returns where the thread borrowed the connection that it holds.
	 * @return the user's line, {@code null} if it was not recorded
	 */
	public @Nullable String getOuterCallSite() {
		return this.outerCallSite;
	}

	/**
	 * Returns where the thread wanted another connection.
	 * @return the user's line, {@code null} if it is not recorded
	 */
	public @Nullable String getInnerCallSite() {
		return this.innerCallSite;
	}

}
