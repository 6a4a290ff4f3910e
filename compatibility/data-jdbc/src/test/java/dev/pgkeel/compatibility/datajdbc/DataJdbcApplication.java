package dev.pgkeel.compatibility.datajdbc;

import java.util.stream.Stream;

import dev.pgkeel.compatibility.Accounts;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * An application with Spring Data JDBC.
 */
@SpringBootApplication
class DataJdbcApplication {

	@Bean
	DataJdbcAccounts accounts(AccountRepository repository) {
		return new DataJdbcAccounts(repository);
	}

	static class DataJdbcAccounts implements Accounts {

		private final AccountRepository repository;

		private final long atStart;

		DataJdbcAccounts(AccountRepository repository) {
			this.repository = repository;
			this.atStart = repository.count();
		}

		@Override
		public long atStart() {
			return this.atStart;
		}

		@Override
		public void open(String owner, int balance) {
			this.repository.save(new Account(null, owner, balance));
		}

		@Override
		public int balance(String owner) {
			return this.repository.findByOwner(owner).balance();
		}

		@Override
		public void withdraw(String owner, int amount, Runnable between) {
			Account account = this.repository.findByOwner(owner);
			between.run();
			this.repository.save(account.withdraw(amount));
		}

		@Override
		public void sleep() {
			this.repository.sleep();
		}

		@Override
		public Stream<Integer> numbers() {
			return this.repository.numbers();
		}

	}

}
