package dev.pgkeel.lease;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * The handle that a borrower gets. Only the borrower keeps it reachable, and everything
 * that the borrower gets from it does so too.
 */
final class GuardedConnection extends ConnectionDelegate {

	GuardedConnection(Connection proxy, Thread holder, @Nullable CallSite callSite, LeaseRegistry registry,
			ReferenceQueue<GuardedConnection> queue) {
		super(proxy);
		this.lease = new Lease(this, queue, proxy, holder, callSite, registry);
	}

	@Override
	public void close() throws SQLException {
		if (this.lease.close()) {
			this.delegate.close();
		}
		Reference.reachabilityFence(this);
	}

}
