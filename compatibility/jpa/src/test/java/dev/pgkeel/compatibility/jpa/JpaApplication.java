package dev.pgkeel.compatibility.jpa;

import java.util.stream.Stream;

import dev.pgkeel.compatibility.Accounts;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * An application with Hibernate, which validates its entities when it starts, and Spring
 * Data JPA.
 */
@SpringBootApplication
class JpaApplication {

	@Bean
	JpaAccounts accounts(AccountRepository repository, EntityManager entities, EntityManagerFactory factory) {
		return new JpaAccounts(repository, entities, factory);
	}

	static class JpaAccounts implements Accounts {

		private final AccountRepository repository;

		private final EntityManager entities;

		private final EntityManagerFactory factory;

		private final long atStart;

		JpaAccounts(AccountRepository repository, EntityManager entities, EntityManagerFactory factory) {
			this.repository = repository;
			this.entities = entities;
			this.factory = factory;
			this.atStart = repository.count();
		}

		@Override
		public long atStart() {
			return this.atStart;
		}

		@Override
		public void open(String owner, int balance) {
			this.repository.save(new Account(owner, balance));
		}

		@Override
		public int balance(String owner) {
			return this.repository.findByOwner(owner).balance();
		}

		@Override
		public void withdraw(String owner, int amount, Runnable between) {
			Account account = this.repository.findByOwner(owner);
			between.run();
			account.withdraw(amount);
		}

		@Override
		public void sleep() {
			this.entities.createNativeQuery("select count(*) from pg_sleep(30)", Long.class).getSingleResult();
		}

		/**
		 * Spring closes its own entity managers. One that the application makes itself
		 * has to be closed by it.
		 */
		@Override
		@SuppressWarnings("unchecked")
		public Stream<Integer> numbers() {
			EntityManager own = this.factory.createEntityManager();
			return ((Stream<Integer>) own.createNativeQuery("select n from generate_series(1, 2000) n", Integer.class)
				.getResultStream()).onClose(own::close);
		}

	}

}
