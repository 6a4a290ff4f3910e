package dev.pgkeel.transaction;

import java.util.Arrays;

/**
 * Tells whether a thread waits for the server.
 */
final class DriverCalls {

	private DriverCalls() {
	}

	static boolean isIn(StackTraceElement[] stack) {
		return Arrays.stream(stack).anyMatch((frame) -> frame.getClassName().startsWith("org.postgresql."));
	}

}
