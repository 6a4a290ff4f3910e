package dev.pgkeel.alert;

import dev.pgkeel.server.ApplicationInstance;

import org.springframework.boot.json.JsonWriter;

/**
 * What a webhook is told of an alert.
 *
 * @param alert the alert, or its end
 * @param instance the instance that tells
 */
record WebhookMessage(ConnectionAlert alert, ApplicationInstance instance) {

	private static final JsonWriter<WebhookMessage> WRITER = JsonWriter.of((members) -> {
		members.add("dedup_key", (message) -> message.alert().dedupKey());
		members.add("status", (message) -> message.isOver() ? "resolved" : "firing");
		members.add("level", (message) -> message.alert().level().toString());
		members.add("previous_level", (message) -> message.alert().previous().toString());
		members.add("subject", (message) -> message.alert().subject().toString());
		members.add("application", (message) -> message.instance().name());
		members.add("instance", (message) -> message.instance().applicationName());
		members.add("since", (message) -> message.alert().since().toString());
		members.add("message", (message) -> message.alert().message());
		members.add("text", WebhookMessage::text);
	});

	private boolean isOver() {
		return this.alert.level() == AlertLevel.NONE;
	}

	/**
	 * The line that a chat shows.
	 */
	private String text() {
		return (isOver() ? "resolved" : this.alert.level().toString()) + " - " + this.instance.name() + ", "
				+ this.alert.subject() + ": " + this.alert.message();
	}

	String json() {
		return WRITER.writeToString(this);
	}

}
