package dev.pgkeel.autoconfigure;

/**
 * The webhook's address is none. It is a secret, and not told.
 */
final class WebhookUrlException extends RuntimeException {

	WebhookUrlException() {
		super("pgkeel.alert.webhook.url is not the address of a webhook. Its value is a secret, and not shown");
	}

}
