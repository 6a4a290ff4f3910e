package dev.pgkeel.autoconfigure;

/**
 * Thrown when another tool is about to drop tables that hold rows.
 */
class ToolGuardException extends RuntimeException {

	private final String action;

	ToolGuardException(String message, String action) {
		super(message);
		this.action = action;
	}

	String getAction() {
		return this.action;
	}

}
