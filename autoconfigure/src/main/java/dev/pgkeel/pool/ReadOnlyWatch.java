package dev.pgkeel.pool;

import java.sql.SQLException;

import com.zaxxer.hikari.SQLExceptionOverride;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a write was refused because the transaction only reads (SQLSTATE 25006).
 * HikariCP keeps such a connection. It does not tell which one it was, and the
 * application may have made the transaction read-only itself: so nothing is evicted here,
 * and somebody is asked to look. The user's own override is asked first and decides.
 *
 * @since 0.1.0
 */
public final class ReadOnlyWatch implements SQLExceptionOverride {

	private static final String READ_ONLY = "25006";

	private final @Nullable SQLExceptionOverride override;

	private final Runnable suspicion;

	/**
	 * Creates a watch.
	 * @param override the user's own override, if any
	 * @param suspicion is run when a write was refused; it must not block
	 */
	public ReadOnlyWatch(@Nullable SQLExceptionOverride override, Runnable suspicion) {
		this.override = override;
		this.suspicion = suspicion;
	}

	@java.lang.Override
	public Override adjudicate(SQLException ex) {
		if (READ_ONLY.equals(ex.getSQLState())) {
			this.suspicion.run();
		}
		return (this.override != null) ? this.override.adjudicate(ex) : Override.CONTINUE_EVICT;
	}

}
