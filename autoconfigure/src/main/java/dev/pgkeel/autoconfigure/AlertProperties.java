package dev.pgkeel.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the alerts.
 *
 * @param enabled Whether there are alerts.
 * @param thresholds Percentages of the limit on connections from which there is an alert.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel.alert")
public record AlertProperties(@DefaultValue("true") boolean enabled, @DefaultValue Thresholds thresholds) {

	/**
	 * Percentages of the limit on connections.
	 *
	 * @param alert Percentage from which it is an alert.
	 * @param page Percentage from which it is a page.
	 * @param panic Percentage from which it is a panic.
	 */
	public record Thresholds(@DefaultValue("70") int alert, @DefaultValue("85") int page,
			@DefaultValue("95") int panic) {

	}

}
