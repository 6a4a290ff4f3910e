package dev.pgkeel.autoconfigure;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * Properties of the health component.
 *
 * @param panicStatus Status while the alert about connections is at panic.
 * @param replaceDb Whether the component "db" is answered without a connection of the
 * pool, where there is only one data source.
 * @since 0.1.0
 */
public record HealthProperties(@DefaultValue("UP") String panicStatus, @DefaultValue("false") Boolean replaceDb) {

	/**
	 * Creates properties, where what an empty variable gives is not set.
	 * @param panicStatus status while the alert is at panic, blank for UP
	 * @param replaceDb whether the component "db" is answered without a connection
	 */
	public HealthProperties {
		panicStatus = StringUtils.hasText(panicStatus) ? panicStatus : "UP";
	}

}
