package dev.pgkeel.lease;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;

import org.jspecify.annotations.Nullable;

/**
 * The handle that a borrower gets. Only the borrower keeps it reachable, and everything
 * that the borrower gets from it does so too.
 */
final class GuardedConnection extends ConnectionDelegate implements LeasedConnection {

	/**
	 * Commits, if set.
	 */
	@Nullable CommitGuard guard;

	private boolean rolledBack;

	/**
	 * What the commit failed with in which the connection was lost.
	 */
	private @Nullable Exception lost;

	GuardedConnection(Connection proxy, Thread holder, @Nullable CallSite callSite, LeaseRegistry registry,
			ReferenceQueue<GuardedConnection> queue) {
		super(proxy);
		this.lease = new Lease(this, queue, proxy, holder, callSite, registry);
	}

	@Override
	public void commit() throws SQLException {
		if (this.guard == null || !this.lease.isOpen()) {
			super.commit();
			return;
		}
		throwIfLost();
		this.lease.use();
		try {
			this.guard.commit(this.delegate, this);
		}
		catch (SQLException | RuntimeException ex) {
			this.rolledBack |= ex instanceof SQLTransactionRollbackException;
			if (this.delegate.isClosed()) {
				this.lost = ex;
			}
			throw ex;
		}
		finally {
			Reference.reachabilityFence(this);
		}
	}

	/**
	 * What the server has rolled back needs no connection, which may be lost.
	 */
	@Override
	public void rollback() throws SQLException {
		if (!this.rolledBack) {
			throwIfLost();
			super.rollback();
		}
	}

	/**
	 * What follows a commit in which the connection was lost can tell no more than that
	 * did. Spring throws what its rollback after a commit fails with, and only that.
	 * Whoever adds the second exception to the first needs another object.
	 */
	private void throwIfLost() throws SQLException {
		if (this.lost instanceof SQLException failure) {
			throw new SQLException(failure.getMessage(), failure.getSQLState(), failure.getErrorCode(), failure);
		}
		if (this.lost instanceof RuntimeException failure) {
			throw failure;
		}
	}

	@Override
	public void close() throws SQLException {
		if (this.lease.close()) {
			this.delegate.close();
		}
		Reference.reachabilityFence(this);
	}

	@Override
	public void cancelStatement() throws SQLException {
		this.lease.cancelStatement();
		Reference.reachabilityFence(this);
	}

	@Override
	public <T> void withDriver(Class<T> type, DriverWork<T> work) throws SQLException {
		this.lease.use();
		try {
			work.with(this.delegate.unwrap(type));
		}
		finally {
			Reference.reachabilityFence(this);
		}
	}

	/**
	 * This object is none of the driver's.
	 */
	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		return (type == LeasedConnection.class) ? type.cast(this) : super.unwrap(type);
	}

	@Override
	public boolean isWrapperFor(Class<?> type) throws SQLException {
		return type == LeasedConnection.class || super.isWrapperFor(type);
	}

}
