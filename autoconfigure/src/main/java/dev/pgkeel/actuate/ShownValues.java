package dev.pgkeel.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Shows or hides values, as Spring Boot's own endpoints do. A figure or a state is always
 * shown, unless a function of the application hides it.
 */
final class ShownValues {

	private final Sanitizer sanitizer;

	private final boolean shown;

	/**
	 * Creates a view.
	 * @param sanitizer calls the application's functions
	 * @param shown whether the caller may see values
	 */
	ShownValues(Sanitizer sanitizer, boolean shown) {
		this.sanitizer = sanitizer;
		this.shown = shown;
	}

	/**
	 * Returns what is shown of a value that only some may see: names of roles and
	 * databases, addresses, statements.
	 * @param key the value's place in the endpoint
	 * @param value the value
	 * @return the value, or what is shown in its place
	 */
	@Nullable String value(String key, @Nullable String value) {
		return sanitize(key, value, this.shown);
	}

	/**
	 * Returns what is shown of a value that all who may use the endpoint may see.
	 * @param key the value's place in the endpoint, or its property
	 * @param value the value
	 * @return the value, or what is shown in its place
	 */
	String figure(String key, String value) {
		return String.valueOf(sanitize(key, value, true));
	}

	private @Nullable String sanitize(String key, @Nullable String value, boolean show) {
		Object sanitized = this.sanitizer.sanitize(new SanitizableData(null, key, value), show);
		return (sanitized != null) ? sanitized.toString() : null;
	}

}
