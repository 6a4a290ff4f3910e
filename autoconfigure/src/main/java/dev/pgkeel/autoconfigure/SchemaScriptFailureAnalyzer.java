package dev.pgkeel.autoconfigure;

import dev.pgkeel.schema.SchemaScriptException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows a failed schema script as the place in the script and what to do, without a stack
 * trace.
 */
class SchemaScriptFailureAnalyzer extends AbstractFailureAnalyzer<SchemaScriptException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SchemaScriptException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getAction(), cause);
	}

}
