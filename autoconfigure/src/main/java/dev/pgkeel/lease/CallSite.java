package dev.pgkeel.lease;

import java.lang.StackWalker.StackFrame;

import org.jspecify.annotations.Nullable;

/**
 * The line of the user's code from which a connection was borrowed. Written out only when
 * somebody wants to read it.
 *
 * @param frame the frame
 */
record CallSite(StackFrame frame) {

	@Override
	public String toString() {
		return this.frame.toStackTraceElement().toString();
	}

	/**
	 * Writes a call site after what was done there, if it is known.
	 */
	static String inBrackets(@Nullable CallSite callSite) {
		return (callSite != null) ? " (" + callSite + ")" : "";
	}

}
