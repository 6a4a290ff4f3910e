package dev.pgkeel.transaction;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.transaction.TransactionSystemException;

/**
 * Thrown when the connection was lost in COMMIT and nobody can tell what became of the
 * transaction: it may have committed or not. Running it again may do its work twice.
 *
 * @since 0.1.0
 */
public class CommitOutcomeUnknownException extends TransactionSystemException {

	/**
	 * The transaction, if it had an id.
	 */
	private final @Nullable String transactionId;

	/**
	 * When the connection was lost.
	 */
	private final Instant time;

	CommitOutcomeUnknownException(@Nullable String transactionId, Instant time, @Nullable String reason,
			Throwable cause) {
		super("The connection was lost in COMMIT at %s: %s may have committed or not%s. Look at the data before you run it again"
			.formatted(time, (transactionId != null) ? "transaction " + transactionId : "the transaction",
					(reason != null) ? ", since " + reason : ""),
				cause);
		this.transactionId = transactionId;
		this.time = time;
	}

	/**
	 * Returns the transaction's id, as {@code pg_xact_status} takes it.
	 * @return the id, {@code null} if it was not asked for, or the transaction had none
	 */
	public @Nullable String getTransactionId() {
		return this.transactionId;
	}

	/**
	 * Returns when COMMIT was sent, by this machine's clock.
	 * @return the time
	 */
	public Instant getTime() {
		return this.time;
	}

	static @Nullable CommitOutcomeUnknownException in(Throwable failure) {
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof CommitOutcomeUnknownException unknown) {
				return unknown;
			}
		}
		return null;
	}

}
