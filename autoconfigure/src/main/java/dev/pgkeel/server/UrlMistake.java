package dev.pgkeel.server;

import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * What is wrong with a URL that is meant for PostgreSQL, and what to write instead. Shows
 * neither passwords nor parameters.
 *
 * @param problem half a sentence about the URL
 * @param action what to do about it
 * @since 0.1.0
 */
public record UrlMistake(String problem, String action) {

	private static final Pattern MEANT_FOR_POSTGRESQL = Pattern.compile("(jdbc:)?(postgres(ql)?)\\b:?/*(.*)",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern SCHEME = Pattern.compile("(jdbc:)?[a-z0-9+-]+(:/*|/+)", Pattern.CASE_INSENSITIVE);

	private static final Pattern OTHER_PARAMETER = Pattern.compile("[;&](\\w+)=");

	private static final String JDBC = "jdbc:";

	private static final String JDBC_POSTGRESQL = "jdbc:postgresql:";

	/**
	 * Looks for a mistake.
	 * @param url the URL
	 * @return the mistake, {@code null} if the driver understands the URL, or another
	 * database is meant
	 */
	public static @Nullable UrlMistake of(String url) {
		Matcher meant = MEANT_FOR_POSTGRESQL.matcher(url);
		if (!meant.matches()) {
			return null;
		}
		boolean unclear = isUnclear(url);
		String rest = withoutParameters(meant.group(4));
		String server = unclear ? "HOST:PORT/DATABASE" : rest.substring(rest.lastIndexOf('@') + 1);
		String instead = "Write " + JDBC_POSTGRESQL + "//" + server;
		if (!url.toLowerCase(Locale.ROOT).startsWith(JDBC)) {
			return new UrlMistake("is not a JDBC URL, but one of those that other languages use",
					instead + ", and put role and password into properties of their own.");
		}
		if (rest.contains("@") || (unclear && DatabaseTarget.urlParameters(url).isEmpty())) {
			return new UrlMistake("names a role or a password before the host, which JDBC does not do",
					instead + ", and put role and password into properties of their own.");
		}
		if (!url.startsWith(JDBC_POSTGRESQL)) {
			return new UrlMistake("does not begin with " + JDBC_POSTGRESQL, instead + ".");
		}
		if (parametersOfAnotherKind(url) >= 0) {
			return new UrlMistake("does not write its parameters as ?NAME=VALUE&NAME=VALUE",
					instead + "?NAME=VALUE&NAME=VALUE, and put role and password into properties of their own.");
		}
		Properties parameters = Driver.parseURL(url, null);
		return (parameters != null) ? null : new UrlMistake("is not understood by PostgreSQL's driver",
				"Write jdbc:postgresql://HOST:PORT/DATABASE, with a number for the port, and % signs in parameters as"
						+ " %25.");
	}

	/**
	 * Looks for a mistake that leaves the driver no server to connect to, or another one
	 * than is meant, or another role or database.
	 * @param url the URL, if any
	 * @return the mistake, {@code null} if there is none
	 */
	public static @Nullable UrlMistake ofUnusable(@Nullable String url) {
		return (url != null && (DatabaseTarget.urlParameters(url).isEmpty() || parametersOfAnotherKind(url) >= 0))
				? of(url) : null;
	}

	/**
	 * Returns what may be shown of a URL.
	 * @param url a URL of any kind
	 * @return the URL without role, password and parameters, only its beginning if they
	 * cannot be told from the host
	 */
	public static String shown(String url) {
		Matcher scheme = SCHEME.matcher(url);
		String start = scheme.lookingAt() ? scheme.group() : "";
		if (isUnclear(url)) {
			return start + "...";
		}
		String rest = withoutParameters(url.substring(start.length()));
		return start + rest.substring(rest.lastIndexOf('@') + 1);
	}

	private static String withoutParameters(String text) {
		int other = parametersOfAnotherKind(text);
		return ((other >= 0) ? text.substring(0, other) : text).replaceFirst("(?s)[?].*", "");
	}

	/**
	 * Finds parameters as other drivers have them, {@code ;user=...}, or without their
	 * question mark, {@code &user=...}: to PostgreSQL's all of that is the database's
	 * name. Behind a question mark they may be part of a password.
	 * @return where they begin, negative if there are none
	 */
	private static int parametersOfAnotherKind(String text) {
		int question = text.indexOf('?');
		Matcher parameter = OTHER_PARAMETER.matcher((question >= 0) ? text.substring(0, question) : text);
		while (parameter.find()) {
			// Other drivers do not mind the case
			if (DatabaseTarget.parameter(parameter.group(1)) != null) {
				return parameter.start();
			}
		}
		return -1;
	}

	private static boolean isUnclear(String url) {
		int other = parametersOfAnotherKind(url);
		return hasPasswordWithQuestionMark(url) || (other >= 0 && url.indexOf('@', other) >= 0);
	}

	/**
	 * Behind the question mark an {@code @} belongs to the value of a parameter, or the
	 * question mark to a password.
	 */
	private static boolean hasPasswordWithQuestionMark(String url) {
		int start = url.indexOf('?');
		int at = (start >= 0) ? url.indexOf('@', start) : -1;
		if (at < 0) {
			return false;
		}
		String parameter = url.substring(start + 1, at);
		String name = parameter.substring(parameter.lastIndexOf('&') + 1).split("=", 2)[0];
		return PGProperty.forName(name) == null;
	}

}
