package dev.pgkeel.transaction;

import java.sql.SQLException;

/**
 * Tells a commit of JPA's that failed in the application's own code, such as a listener
 * of an entity or its validation, while it wrote what it had not written yet. COMMIT was
 * not sent then.
 */
final class FailedFlush {

	/**
	 * JPA may not be there.
	 */
	private static final String ROLLED_BACK = "jakarta.persistence.RollbackException";

	private FailedFlush() {
	}

	static boolean isCauseOf(Throwable failure) {
		boolean rolledBack = false;
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof SQLException) {
				return false;
			}
			rolledBack |= ex.getClass().getName().equals(ROLLED_BACK);
		}
		return rolledBack;
	}

}
