package dev.pgkeel.benchmarks.faults;

import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong. Both sides meet it in the same way, on the same server, each
 * with a database of its own.
 */
abstract class Fault {

	private final String name;

	private final String title;

	/**
	 * Creates a fault.
	 * @param name what the command line calls it
	 * @param title what the table calls it
	 */
	Fault(String name, String title) {
		this.name = name;
		this.title = title;
	}

	final String name() {
		return this.name;
	}

	final String title() {
		return this.title;
	}

	/**
	 * Returns what the other harm is that this fault may do, {@code null} for none.
	 */
	@Nullable String harm() {
		return null;
	}

	/**
	 * Returns whether callers can succeed again.
	 */
	boolean canRecover() {
		return true;
	}

	/**
	 * Returns why the fault cannot be provoked here, {@code null} if it can.
	 */
	@Nullable String obstacle() {
		return null;
	}

	/**
	 * Returns how often the fault is provoked: more often if it is soon over.
	 */
	int rounds() {
		return 1;
	}

	/**
	 * Prepares what both sides share.
	 */
	abstract void setUp(Servers servers) throws Exception;

	/**
	 * Lets a side meet the fault.
	 */
	abstract Outcome run(Side side) throws Exception;

	/**
	 * Stops what nobody else needs.
	 */
	void tearDown() {
	}

}
