package dev.pgkeel.transaction;

import java.util.function.BooleanSupplier;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.orm.jpa.EntityManagerHolder;

/**
 * Knows whether Hibernate's sessions have a connection. In a class of its own, since
 * Hibernate may not be there.
 */
final class HibernateSessions {

	private HibernateSessions() {
	}

	/**
	 * Looks for the session of the current thread's transaction.
	 * @param dataSource the data source that the session's connection is of
	 * @return whether it has one now, always {@code true} if there is no such session
	 */
	static BooleanSupplier isConnected(@Nullable Object dataSource) {
		for (EntityManagerHolder holder : EntityManagers.of(dataSource)) {
			if (holder.getEntityManager() instanceof SharedSessionContractImplementor session) {
				return () -> session.getJdbcCoordinator().getLogicalConnection().isPhysicallyConnected();
			}
		}
		return () -> true;
	}

}
