package dev.pgkeel.transaction;

import org.springframework.transaction.TransactionSystemException;

/**
 * Thrown when the connection was lost in COMMIT: the transaction may have committed or
 * not. Running it again may do its work twice.
 *
 * @since 0.1.0
 */
public class CommitOutcomeUnknownException extends TransactionSystemException {

	CommitOutcomeUnknownException(Throwable cause) {
		super("The connection was lost in COMMIT: the transaction may have committed or not. "
				+ "Look at the data before you run it again", cause);
	}

}
