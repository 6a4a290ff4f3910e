package dev.pgkeel.lease;

import java.lang.StackWalker.StackFrame;

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

}
