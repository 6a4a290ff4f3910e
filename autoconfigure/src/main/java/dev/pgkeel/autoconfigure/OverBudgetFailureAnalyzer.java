package dev.pgkeel.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how a pool that is over budget can be made to fit.
 */
final class OverBudgetFailureAnalyzer extends AbstractFailureAnalyzer<OverBudgetException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, OverBudgetException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				cause.advice() + ". Or set pgkeel.pool.over-budget to clamp or warn.", cause);
	}

}
