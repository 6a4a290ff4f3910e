package dev.pgkeel.transaction;

import jakarta.persistence.EntityTransaction;
import org.jspecify.annotations.Nullable;

import org.springframework.orm.jpa.EntityManagerHolder;

/**
 * Rolls back the transaction of an entity manager. In a class of its own, since JPA may
 * not be there.
 */
final class UnsentJpaCommit {

	private UnsentJpaCommit() {
	}

	/**
	 * Rolls back.
	 * @param dataSource the data source that the entity manager's connection is of
	 * @return whether there was something to roll back
	 */
	static boolean rollBack(@Nullable Object dataSource) {
		for (EntityManagerHolder holder : EntityManagers.of(dataSource)) {
			EntityTransaction transaction = holder.getEntityManager().getTransaction();
			if (transaction.isActive()) {
				transaction.rollback();
				return true;
			}
		}
		return false;
	}

}
