package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.SimpleConnectionHandle;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.util.ClassUtils;

/**
 * Refuses the commit of a transaction with a limit that has expired, before the
 * application's own synchronizations run. When one of those fails with a
 * {@code TransactionException}, such as Spring's own for a statement after the limit,
 * Spring 7.0 takes it for a failed COMMIT: it does not roll back, and what it does with
 * the connection then commits. So this rolls back.
 */
final class UnsentCommit implements TransactionSynchronization {

	private static final Log logger = LogFactory.getLog(UnsentCommit.class);

	private static final boolean JPA = ClassUtils.isPresent("org.springframework.orm.jpa.EntityManagerHolder",
			UnsentCommit.class.getClassLoader())
			&& ClassUtils.isPresent("jakarta.persistence.EntityManager", UnsentCommit.class.getClassLoader());

	private final RunningTransaction transaction;

	private final Consumer<RunningTransaction> rolledBack;

	private boolean begun;

	/**
	 * Creates the synchronization.
	 * @param transaction the transaction
	 * @param rolledBack is told when it was rolled back and Spring tells nobody
	 */
	UnsentCommit(RunningTransaction transaction, Consumer<RunningTransaction> rolledBack) {
		this.transaction = transaction;
		this.rolledBack = rolledBack;
	}

	@Override
	public void beforeCommit(boolean readOnly) {
		this.begun = true;
		TransactionLimits.beforeCommit(this.transaction);
	}

	/**
	 * One that Spring calls rolled back may not be, after an
	 * {@code UnexpectedRollbackException} of a synchronization.
	 */
	@Override
	public void afterCompletion(int status) {
		if (!this.begun || status == STATUS_COMMITTED || this.transaction.isCommitBegun()) {
			return;
		}
		TransactionLimits.end(this.transaction);
		try {
			if (rollBack() && status == STATUS_UNKNOWN) {
				this.transaction.rolledBack();
				this.rolledBack.accept(this.transaction);
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.warn(this.transaction.title() + " could not be rolled back", ex);
		}
	}

	/**
	 * Does nothing to one that was rolled back already.
	 */
	private boolean rollBack() throws SQLException {
		ConnectionHolder holder = this.transaction.connection();
		if (holder == null) {
			return false;
		}
		// Only what JDBC alone began has a plain handle. JPA's might fetch a connection
		if (holder.getConnectionHandle() instanceof SimpleConnectionHandle handle) {
			handle.getConnection().rollback();
			return true;
		}
		return JPA && UnsentJpaCommit.rollBack(this.transaction.connectionKey());
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
