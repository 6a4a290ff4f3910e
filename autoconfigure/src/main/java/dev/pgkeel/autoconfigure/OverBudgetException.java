package dev.pgkeel.autoconfigure;

/**
 * The pools of all instances are too large for the server, and this is to fail.
 */
final class OverBudgetException extends RuntimeException {

	private final String advice;

	OverBudgetException(String arithmetic, String advice) {
		super("The pools of all instances take too many connections: " + arithmetic);
		this.advice = advice;
	}

	String advice() {
		return this.advice;
	}

}
