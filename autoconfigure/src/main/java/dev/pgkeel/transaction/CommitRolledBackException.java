package dev.pgkeel.transaction;

import org.springframework.dao.TransientDataAccessResourceException;

/**
 * Thrown when the connection was lost in COMMIT and the server says that the transaction
 * was rolled back: it did nothing, and may be run again.
 *
 * @since 0.1.0
 */
public class CommitRolledBackException extends TransientDataAccessResourceException {

	CommitRolledBackException(String message, Throwable cause) {
		super(message, cause);
	}

}
