package dev.pgkeel.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The entity managers of the current thread's transactions. In a class of its own, since
 * JPA may not be there.
 */
final class EntityManagers {

	private EntityManagers() {
	}

	/**
	 * Looks for those whose connections are of a data source.
	 * @param dataSource the data source
	 * @return the holders of the entity managers
	 */
	static List<EntityManagerHolder> of(@Nullable Object dataSource) {
		List<EntityManagerHolder> holders = new ArrayList<>();
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			if (resource.getKey() instanceof EntityManagerFactoryInfo factory && factory.getDataSource() == dataSource
					&& resource.getValue() instanceof EntityManagerHolder holder) {
				holders.add(holder);
			}
		}
		return holders;
	}

}
