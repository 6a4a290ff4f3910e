package dev.pgkeel.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows which tools would drop which tables, and what to set.
 */
class ToolGuardFailureAnalyzer extends AbstractFailureAnalyzer<ToolGuardException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ToolGuardException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.getAction(), cause);
	}

}
