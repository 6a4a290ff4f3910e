package dev.pgkeel.benchmarks.faults;

import org.springframework.transaction.annotation.Transactional;

/**
 * Another service, whose transactions wait for something that is not the database. There
 * is nothing of pgkeel in it.
 */
class Payments {

	static final int TIMEOUT_SECONDS = 2;

	/**
	 * Does something in a transaction without a timeout.
	 * @param work what to do
	 */
	@Transactional
	void pay(Runnable work) {
		work.run();
	}

	/**
	 * Does something in a transaction with a timeout.
	 * @param work what to do
	 */
	@Transactional(timeout = TIMEOUT_SECONDS)
	void payInTime(Runnable work) {
		work.run();
	}

}
