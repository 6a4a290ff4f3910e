package dev.pgkeel.autoconfigure;

/**
 * The pools of all instances are too large for the server, and this is to fail.
 */
final class OverBudgetException extends RuntimeException {

	private final int largest;

	OverBudgetException(String arithmetic, int largest) {
		super("The pools of all instances take too many connections: " + arithmetic);
		this.largest = largest;
	}

	int largest() {
		return this.largest;
	}

}
