package dev.pgkeel.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what a webhook's address looks like.
 */
final class WebhookUrlFailureAnalyzer extends AbstractFailureAnalyzer<WebhookUrlException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, WebhookUrlException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Write it as https://HOST/PATH, with special characters as %.. codes, or remove it.", cause);
	}

}
