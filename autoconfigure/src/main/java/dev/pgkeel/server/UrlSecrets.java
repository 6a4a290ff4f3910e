package dev.pgkeel.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import com.zaxxer.hikari.HikariConfig;

/**
 * A JDBC URL without the secrets among its parameters. The driver (pgjdbc 42.7.13, at
 * DEBUG) and Hibernate (at INFO) log the URL as it is.
 *
 * @param url the URL without them
 * @param secrets the secrets by the names of their parameters
 * @since 0.1.0
 */
public record UrlSecrets(String url, Map<String, String> secrets) {

	static final String PASSWORD = "password";

	private static final List<String> NAMES = List.of(PASSWORD, "sslpassword");

	/**
	 * Takes the secrets out of a URL.
	 * @param url a URL of PostgreSQL's own driver
	 * @return the URL and the secrets
	 */
	public static UrlSecrets of(String url) {
		int start = url.indexOf('?');
		if (start < 0) {
			return new UrlSecrets(url, Map.of());
		}
		Properties values = DatabaseTarget.urlParameters(url);
		Map<String, String> secrets = new LinkedHashMap<>();
		List<String> rest = new ArrayList<>();
		for (String parameter : url.substring(start + 1).split("&")) {
			String name = parameter.split("=", 2)[0];
			if (NAMES.contains(name) && values.getProperty(name) != null) {
				secrets.put(name, values.getProperty(name));
			}
			else {
				rest.add(parameter);
			}
		}
		String base = url.substring(0, start);
		return new UrlSecrets(rest.isEmpty() ? base : base + "?" + String.join("&", rest), Map.copyOf(secrets));
	}

	/**
	 * Moves the secrets of a pool's URL to where they are not logged. The URL's own win
	 * over others, as they do in the driver.
	 * @param config the pool, not running yet
	 */
	public static void hide(HikariConfig config) {
		String url = config.getJdbcUrl();
		if (url == null || DatabaseTarget.ofPool(config) != DatabaseTarget.POSTGRESQL
				|| config.getCredentialsProvider() != null) {
			return;
		}
		UrlSecrets hidden = of(url);
		hidden.secrets().forEach((name, secret) -> {
			if (name.equals(PASSWORD)) {
				config.setPassword(secret);
			}
			else {
				config.addDataSourceProperty(name, secret);
			}
		});
		config.setJdbcUrl(hidden.url());
	}

	/**
	 * Shows no secret.
	 */
	@Override
	public String toString() {
		return "UrlSecrets[url=" + this.url + "]";
	}

}
