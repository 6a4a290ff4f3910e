package dev.pgkeel.lease;

import java.util.Arrays;

/**
 * Looks at what the threads that hold connections do.
 */
final class Holders {

	private Holders() {
	}

	/**
	 * Describes what a thread does now, with the user's line that it is at.
	 */
	static String describe(Thread holder) {
		StackTraceElement[] stack = holder.getStackTrace();
		if (!holder.isAlive()) {
			return "has ended";
		}
		StackTraceElement line = UserFrames.in(stack);
		return (line != null) ? "is at " + text(line) + ((stack[0] != line) ? " (in " + text(stack[0]) + ")" : "")
				: "is " + holder.getState();
	}

	/**
	 * Leaves out what a frame says about class loader and module.
	 */
	private static String text(StackTraceElement line) {
		return new StackTraceElement(line.getClassName(), line.getMethodName(), line.getFileName(),
				line.getLineNumber())
			.toString();
	}

	/**
	 * Returns whether a thread is in a call of a connection, statement or result set.
	 */
	static boolean isInCall(Thread thread) {
		return thread.isAlive() && Arrays.stream(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().startsWith("org.postgresql."));
	}

}
