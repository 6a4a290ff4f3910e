package dev.pgkeel.lease;

import java.util.Arrays;

/**
 * Looks at what the threads that hold connections do.
 */
final class Holders {

	private Holders() {
	}

	/**
	 * Returns a thread's name, or its number: virtual threads mostly have no name.
	 */
	static String name(Thread holder) {
		return holder.getName().isEmpty() ? "thread #" + holder.getId() : holder.getName();
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
		return thread.isAlive() && Arrays.stream(thread.getStackTrace()).anyMatch(Holders::isDrivers);
	}

	/**
	 * Returns whether a thread waits for the server's notifications.
	 */
	static boolean isListening(Thread thread) {
		return Arrays.stream(thread.getStackTrace())
			.anyMatch((frame) -> isDrivers(frame) && frame.getMethodName().equals("getNotifications"));
	}

	private static boolean isDrivers(StackTraceElement frame) {
		return frame.getClassName().startsWith("org.postgresql.");
	}

}
