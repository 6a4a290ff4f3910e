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
				"Set spring.datasource.hikari.maximum-pool-size to " + cause.largest()
						+ " or less, correct pgkeel.fleet.instances or pgkeel.fleet.max-connections, or set"
						+ " pgkeel.pool.over-budget to clamp or warn.",
				cause);
	}

}
