package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.server.MonitorMode;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the monitor.
 *
 * @param enabled Whether the server is asked regularly how full it is.
 * @param connection How the monitor connects.
 * @param interval Time between two questions.
 * @since 0.1.0
 */
public record MonitorProperties(@DefaultValue("true") Boolean enabled, @DefaultValue("auto") MonitorMode connection,
		@DefaultValue("15s") Duration interval) {

	private static final Duration SHORTEST = Duration.ofMillis(100);

	/**
	 * Creates properties.
	 * @param enabled whether there is a monitor
	 * @param connection how it connects
	 * @param interval time between two questions
	 * @throws IllegalArgumentException if the interval is too short
	 */
	public MonitorProperties {
		if (interval.compareTo(SHORTEST) < 0) {
			throw new IllegalArgumentException("pgkeel.monitor.interval is " + interval.toMillis()
					+ " ms, but must be at least " + SHORTEST.toMillis() + " ms. Use pgkeel.monitor.enabled=false to"
					+ " switch the monitor off");
		}
	}

}
