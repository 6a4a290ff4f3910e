package dev.pgkeel.compatibility.jdbcclient;

import java.util.stream.Stream;

import dev.pgkeel.compatibility.Accounts;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * An application with {@link JdbcClient}.
 */
@SpringBootApplication
class JdbcClientApplication {

	@Bean
	JdbcClientAccounts accounts(JdbcClient jdbc) {
		return new JdbcClientAccounts(jdbc);
	}

	static class JdbcClientAccounts implements Accounts {

		private final JdbcClient jdbc;

		private final long atStart;

		JdbcClientAccounts(JdbcClient jdbc) {
			this.jdbc = jdbc;
			this.atStart = jdbc.sql("select count(*) from accounts").query(Long.class).single();
		}

		@Override
		public long atStart() {
			return this.atStart;
		}

		@Override
		public void open(String owner, int balance) {
			this.jdbc.sql("insert into accounts (owner, balance) values (?, ?)").params(owner, balance).update();
		}

		@Override
		public int balance(String owner) {
			return this.jdbc.sql("select balance from accounts where owner = ?")
				.param(owner)
				.query(Integer.class)
				.single();
		}

		@Override
		public void withdraw(String owner, int amount, Runnable between) {
			int left = balance(owner) - amount;
			between.run();
			this.jdbc.sql("update accounts set balance = ? where owner = ?").params(left, owner).update();
		}

		@Override
		public void sleep() {
			this.jdbc.sql("select count(*) from pg_sleep(30)").query(Long.class).single();
		}

		@Override
		public Stream<Integer> numbers() {
			return this.jdbc.sql("select n from generate_series(1, 2000) n").query(Integer.class).stream();
		}

	}

}
