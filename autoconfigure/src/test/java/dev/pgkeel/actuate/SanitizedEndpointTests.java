package dev.pgkeel.actuate;

import java.security.Principal;
import java.util.List;
import java.util.Set;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the endpoint shows values to whom Spring Boot's own endpoints would.
 */
class SanitizedEndpointTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = new HikariDataSource();

	@AfterEach
	void close() {
		this.pool.close();
	}

	private PgkeelEndpoint endpoint(Show show, SanitizingFunction... functions) {
		this.pool.setJdbcUrl(this.database.directUrl());
		this.pool.setUsername(this.database.username());
		this.pool.setPassword(this.database.password());
		return new PgkeelEndpoint(new EndpointSources(new ServerInquiry(this.pool, null), null, null, null, null, null),
				List.of(functions), show);
	}

	@ParameterizedTest
	@CsvSource({ "NEVER,******", "WHEN_AUTHORIZED,postgres", "ALWAYS,postgres" })
	void whoComesNotOverHttpIsAuthorized(Show show, String user) {
		assertThat(endpoint(show).pgkeel().server().user()).isEqualTo(user);
	}

	@ParameterizedTest
	@CsvSource({ "NEVER,true,******", "WHEN_AUTHORIZED,false,******", "WHEN_AUTHORIZED,true,postgres",
			"ALWAYS,false,postgres" })
	void whoComesOverHttpNeedsTheRole(Show show, boolean operator, String user) {
		var server = new PgkeelEndpointWebExtension(endpoint(show), show, Set.of("OPERATOR"))
			.pgkeel(new Caller(operator))
			.server();
		assertThat(server.user()).isEqualTo(user);
		assertThat(server.usableConnections()).isEqualTo(97);
	}

	@Test
	void functionOfTheApplicationHidesMore() {
		var server = endpoint(Show.ALWAYS, SanitizingFunction.sanitizeValue().ifKeyEquals("server.user")).pgkeel()
			.server();
		assertThat(server.user()).isEqualTo("******");
		assertThat(server.database()).isEqualTo(this.database.name());
	}

	/**
	 * Somebody who is authenticated.
	 *
	 * @param operator whether they have the role
	 */
	private record Caller(boolean operator) implements SecurityContext {

		@Override
		public Principal getPrincipal() {
			return () -> "somebody";
		}

		@Override
		public boolean isUserInRole(String role) {
			return this.operator && role.equals("OPERATOR");
		}

	}

}
