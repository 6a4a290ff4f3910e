package dev.pgkeel.compatibility.jooq;

import java.util.stream.Stream;

import dev.pgkeel.compatibility.Accounts;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Record;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * An application with jOOQ.
 */
@SpringBootApplication
class JooqApplication {

	@Bean
	JooqAccounts accounts(DSLContext jooq) {
		return new JooqAccounts(jooq);
	}

	static class JooqAccounts implements Accounts {

		private final DSLContext jooq;

		private final long atStart;

		JooqAccounts(DSLContext jooq) {
			this.jooq = jooq;
			this.atStart = jooq.fetchCount(jooq.selectFrom("accounts"));
		}

		@Override
		public long atStart() {
			return this.atStart;
		}

		@Override
		public void open(String owner, int balance) {
			this.jooq.execute("insert into accounts (owner, balance) values (?, ?)", owner, balance);
		}

		@Override
		public int balance(String owner) {
			return this.jooq.fetchOptional("select balance from accounts where owner = ?", owner)
				.orElseThrow()
				.get(0, Integer.class);
		}

		@Override
		public void withdraw(String owner, int amount, Runnable between) {
			int left = balance(owner) - amount;
			between.run();
			this.jooq.execute("update accounts set balance = ? where owner = ?", left, owner);
		}

		@Override
		public void sleep() {
			this.jooq.fetch("select count(*) from pg_sleep(30)");
		}

		@Override
		public Stream<Integer> numbers() {
			Cursor<Record> cursor = this.jooq.fetchLazy("select n from generate_series(1, 2000) n");
			return cursor.stream().map((row) -> row.get(0, Integer.class)).onClose(cursor::close);
		}

	}

}
