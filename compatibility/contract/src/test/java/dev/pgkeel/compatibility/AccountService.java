package dev.pgkeel.compatibility;

import dev.pgkeel.transaction.RetryableTransactions;

import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Declared transactions around {@link Accounts}.
 */
public class AccountService {

	private final Accounts accounts;

	AccountService(Accounts accounts) {
		this.accounts = accounts;
	}

	/**
	 * Takes from an account, again and again if others are in the way.
	 * @param owner the owner
	 * @param amount what to take
	 * @param between what happens between reading and writing
	 */
	@Retryable(predicate = RetryableTransactions.class, maxRetries = 4, delay = 20)
	@Transactional(isolation = Isolation.REPEATABLE_READ)
	public void withdraw(String owner, int amount, Runnable between) {
		this.accounts.withdraw(owner, amount, between);
	}

	/**
	 * Takes longer than it may.
	 */
	@Transactional(timeout = 1)
	public void sleep() {
		this.accounts.sleep();
	}

	/**
	 * Saves an account, and fails.
	 * @param owner the owner
	 */
	@Transactional
	public void openAndFail(String owner) {
		this.accounts.open(owner, 1);
		throw new IllegalStateException("on purpose");
	}

}
