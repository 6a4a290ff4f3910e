package dev.pgkeel.transaction;

import jakarta.persistence.Entity;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PreUpdate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link FailedFlush}.
 */
class FailedFlushTests {

	private final GuardedPool pool = new GuardedPool();

	private final LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();

	@AfterEach
	void close() {
		this.factory.destroy();
		this.pool.close();
	}

	@Test
	void refusalOfTheApplicationIsNoLostConnection() {
		this.pool.database()
			.execute("create table refused (id bigint primary key, body text); insert into refused values (1, 'a')");
		this.factory.setDataSource(this.pool.pool());
		this.factory.setManagedTypes(PersistenceManagedTypes.of(RefusedNote.class.getName()));
		this.factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		this.factory.afterPropertiesSet();
		EntityManagerFactory managers = this.factory.getObject();
		JpaTransactionManager manager = new JpaTransactionManager(managers);
		manager.addListener(this.pool.guard());
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(manager,
				new DefaultTransactionDefinition(), this.pool.guard());
		assertThatThrownBy(() -> template
			.executeWithoutResult((status) -> EntityManagerFactoryUtils.getTransactionalEntityManager(managers)
				.find(RefusedNote.class, 1L).body = "b"))
			.isExactlyInstanceOf(TransactionSystemException.class)
			.hasRootCauseInstanceOf(RefusedException.class);
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.ROLLED_BACK);
	}

	/**
	 * A note that its listener lets nobody change, as validation may.
	 */
	@Entity(name = "refused")
	static class RefusedNote {

		@Id
		Long id;

		String body;

		@PreUpdate
		void refuse() {
			throw new RefusedException();
		}

	}

	/**
	 * One of the application's own, as that of Bean Validation is: Spring translates
	 * those of Java and JPA.
	 */
	static class RefusedException extends RuntimeException {

	}

}
