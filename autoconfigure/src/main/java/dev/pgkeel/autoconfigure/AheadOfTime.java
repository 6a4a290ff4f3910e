package dev.pgkeel.autoconfigure;

import org.springframework.context.aot.AbstractAotProcessor;

/**
 * Tells whether the application is only processed ahead of time, with properties that may
 * differ from those it runs with.
 */
final class AheadOfTime {

	private AheadOfTime() {
	}

	static boolean isProcessing() {
		return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
	}

}
