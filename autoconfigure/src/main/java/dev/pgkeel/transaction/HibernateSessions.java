package dev.pgkeel.transaction;

import java.util.Map;
import java.util.function.BooleanSupplier;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

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
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			if (resource.getKey() instanceof EntityManagerFactoryInfo factory && factory.getDataSource() == dataSource
					&& resource.getValue() instanceof EntityManagerHolder holder
					&& holder.getEntityManager() instanceof SharedSessionContractImplementor session) {
				return () -> session.getJdbcCoordinator().getLogicalConnection().isPhysicallyConnected();
			}
		}
		return () -> true;
	}

}
