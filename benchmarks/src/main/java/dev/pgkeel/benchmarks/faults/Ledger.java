package dev.pgkeel.benchmarks.faults;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The service under load: writes numbered rows. There is nothing of pgkeel in it.
 */
class Ledger {

	/**
	 * What is in every row.
	 */
	static final String NOTE = "Paid ".repeat(20);

	private static final String INSERT = "insert into entries values (?, ?)";

	private final TransactionTemplate transactions;

	private final JdbcTemplate jdbc;

	Ledger(TransactionTemplate transactions, JdbcTemplate jdbc) {
		this.transactions = transactions;
		this.jdbc = jdbc;
	}

	/**
	 * Writes a row in a transaction.
	 */
	void write(long number) {
		write(number, () -> {
		});
	}

	/**
	 * Writes a row in a transaction that does something else, too.
	 */
	void write(long number, Runnable more) {
		this.transactions.executeWithoutResult((status) -> {
			this.jdbc.update(INSERT, number, NOTE);
			more.run();
		});
	}

	JdbcTemplate jdbc() {
		return this.jdbc;
	}

	TransactionTemplate transactions() {
		return this.transactions;
	}

}
