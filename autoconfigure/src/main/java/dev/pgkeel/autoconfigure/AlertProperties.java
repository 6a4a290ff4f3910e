package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.alert.AlertPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * Properties of the alerts.
 *
 * @param enabled Whether there are alerts.
 * @param thresholds Percentages of the limit on connections from which there is an alert.
 * @param webhook Webhook that is told of alerts.
 * @since 0.1.0
 */
public record AlertProperties(@DefaultValue("true") Boolean enabled, @DefaultValue Thresholds thresholds,
		@DefaultValue Webhook webhook) {

	/**
	 * Percentages of the limit on connections.
	 *
	 * @param alert Percentage from which it is an alert.
	 * @param page Percentage from which it is a page.
	 * @param panic Percentage from which it is a panic.
	 */
	public record Thresholds(@DefaultValue("70") Integer alert, @DefaultValue("85") Integer page,
			@DefaultValue("95") Integer panic) {

		/**
		 * Creates thresholds.
		 * @param alert percentage from which it is an alert
		 * @param page percentage from which it is a page
		 * @param panic percentage from which it is a panic
		 * @throws IllegalArgumentException if they do not rise between 1 and 100
		 */
		public Thresholds {
			AlertPolicy.check(alert, page, panic);
		}

	}

	/**
	 * Properties of the webhook.
	 *
	 * @param url Address that alerts are posted to as JSON. It is a secret, and shown
	 * nowhere.
	 * @param timeout Maximum time that the webhook may take to answer.
	 */
	public record Webhook(@Nullable String url, @DefaultValue("5s") Duration timeout) {

		/**
		 * Creates properties, where what an empty variable gives is not set.
		 * @param url address that alerts are posted to, {@code null} or blank for none
		 * @param timeout maximum time to answer
		 * @throws IllegalArgumentException if nobody could answer within that time
		 */
		public Webhook {
			url = StringUtils.hasText(url) ? url : null;
			if (timeout.toMillis() < 1) {
				throw new IllegalArgumentException(
						"pgkeel.alert.webhook.timeout is " + timeout.toMillis() + " ms, but must be at least 1 ms");
			}
		}

		@Override
		public String toString() {
			return "Webhook[url=%s, timeout=%s]".formatted((this.url != null) ? "set" : "not set", this.timeout);
		}

	}

}
