package dev.pgkeel.server;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The way to the server itself, where the application goes through a pooler.
 *
 * @param url the JDBC URL
 * @param username the role, {@code null} for the application's
 * @param password the password, {@code null} for the application's
 * @param protection the driver's properties that protect this way, which may be another
 * than the pool's
 * @param unwanted the names of the pool's properties that do not apply here: what pgkeel
 * set to protect the pool's way
 * @since 0.1.0
 */
public record DirectConnection(String url, @Nullable String username, @Nullable String password,
		Map<String, String> protection, Set<String> unwanted) {

	/**
	 * Shows no secret, of which the URL may hold one too.
	 */
	@Override
	public String toString() {
		return "DirectConnection[username=" + this.username + "]";
	}

}
