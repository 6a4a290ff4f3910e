package dev.pgkeel.autoconfigure;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/**
 * Refuses a duration without a unit, which Spring Boot takes for milliseconds, a negative
 * one, and one that nanoseconds cannot count.
 */
final class DurationProperties {

	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

	private final Environment environment;

	private final List<UsedProperty> used;

	private final KnownProperties known;

	DurationProperties(Environment environment, List<UsedProperty> used, KnownProperties known) {
		this.environment = environment;
		this.used = used;
		this.known = known;
	}

	void check() {
		if (!UsedProperty.mayBeHidden(this.environment)
				&& this.used.stream().noneMatch(DurationProperties::isDoubtful)) {
			return;
		}
		Binder binder = Binder.get(this.environment);
		this.known.types().forEach((name, type) -> {
			if (Duration.class.getName().equals(type)) {
				check(name, binder.bind(name, String.class).orElse(null));
			}
		});
	}

	/**
	 * Only if there is such a value is it asked what is a duration, which takes its time.
	 */
	private static boolean isDoubtful(UsedProperty property) {
		String text = String.valueOf(property.value()).strip();
		return isNegative(text) || lacksUnit(text) || isTooLong(text) || text.contains("${");
	}

	private static boolean isNegative(String text) {
		return text.startsWith("-") || (text.matches("[pP].*-.*") && isNegativeInTheSum(text));
	}

	/**
	 * In ISO 8601 each part may have a sign of its own.
	 */
	private static boolean isNegativeInTheSum(String text) {
		try {
			return Duration.parse(text).isNegative();
		}
		catch (DateTimeParseException ex) {
			// Spring Boot says what is wrong with it
			return false;
		}
	}

	/**
	 * Fewer digits cannot be too many days, and most values need not be parsed.
	 */
	private static boolean isTooLong(String text) {
		try {
			return text.matches(".*\\d{6}.*") && DurationStyle.detectAndParse(text).compareTo(LONGEST) > 0;
		}
		catch (IllegalArgumentException ex) {
			// Not a duration, or Spring Boot says what is wrong with it
			return false;
		}
	}

	private static boolean lacksUnit(String text) {
		return text.matches("\\+?0*[1-9]\\d*");
	}

	private static void check(String name, @Nullable String value) {
		String text = (value != null) ? value.strip() : "";
		if (isNegative(text)) {
			throw new InvalidConfigurationPropertyValueException(name, value, "A duration cannot be negative.");
		}
		if (isTooLong(text)) {
			throw new InvalidConfigurationPropertyValueException(name, value,
					"A duration cannot be longer than " + LONGEST.toDays() + " days.");
		}
		if (lacksUnit(text)) {
			throw new InvalidConfigurationPropertyValueException(name, value,
					"A duration needs a unit: write " + text + "s for seconds, " + text + "ms for milliseconds.");
		}
	}

}
