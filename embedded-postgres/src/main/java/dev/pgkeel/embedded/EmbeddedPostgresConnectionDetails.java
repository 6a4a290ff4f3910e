package dev.pgkeel.embedded;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * The way to the database {@code postgres} of an embedded server.
 *
 * @param server the server
 */
record EmbeddedPostgresConnectionDetails(EmbeddedPostgresServer server) implements JdbcConnectionDetails {

	@Override
	public String getUsername() {
		return this.server.user();
	}

	@Override
	public String getPassword() {
		return "";
	}

	@Override
	public String getJdbcUrl() {
		return this.server.jdbcUrl("postgres");
	}

}
