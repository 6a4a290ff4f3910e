package dev.pgkeel.compatibility;

import java.util.stream.Stream;

/**
 * What an application does with its database, whatever it uses for it.
 */
public interface Accounts {

	/**
	 * Returns what this bean saw in the table when it was made.
	 * @return the number of accounts
	 */
	long atStart();

	/**
	 * Saves an account.
	 * @param owner the owner, who has no other
	 * @param balance what is in it
	 */
	void open(String owner, int balance);

	/**
	 * Reads an account.
	 * @param owner the owner
	 * @return what is in it
	 */
	int balance(String owner);

	/**
	 * Reads an account, and writes it.
	 * @param owner the owner
	 * @param amount what to take from it
	 * @param between what happens before it is written
	 */
	void withdraw(String owner, int amount, Runnable between);

	/**
	 * Runs a statement that takes half a minute.
	 */
	void sleep();

	/**
	 * Opens a result that is read as it is used, outside of a transaction.
	 * @return the numbers from 1 to 2,000, which keep a connection until they are closed
	 */
	Stream<Integer> numbers();

}
