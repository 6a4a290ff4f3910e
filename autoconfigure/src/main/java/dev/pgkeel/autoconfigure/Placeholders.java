package dev.pgkeel.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Finds placeholders that nothing resolved. Spring Boot 4.1 leaves them as they are when
 * it binds properties, so that the driver meets the text <code>${DB_PASSWORD}</code>.
 */
final class Placeholders {

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}:]+)}");

	private Placeholders() {
	}

	/**
	 * Returns the first name that was not resolved.
	 * @param value the value of a property
	 * @return the name, {@code null} if all were
	 */
	static @Nullable String unresolvedIn(@Nullable String value) {
		Matcher placeholder = PLACEHOLDER.matcher((value != null) ? value : "");
		return placeholder.find() ? placeholder.group(1) : null;
	}

}
