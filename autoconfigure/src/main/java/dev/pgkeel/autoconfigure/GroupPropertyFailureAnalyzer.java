package dev.pgkeel.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which property may have been meant.
 */
final class GroupPropertyFailureAnalyzer extends AbstractFailureAnalyzer<GroupPropertyException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, GroupPropertyException cause) {
		String one = (cause.getSwitchedBy() != null) ? cause.getSwitchedBy() : "one of " + cause.getGroup() + ".*";
		return new FailureAnalysis(String.valueOf(cause.getMessage()), "Set " + one + " instead, or remove it.", cause);
	}

}
