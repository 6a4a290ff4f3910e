package dev.pgkeel.tls;

import java.net.SocketException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.Certificates;
import dev.pgkeel.testsupport.RequiresComponent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests of what leaves the application when somebody is in the way.
 */
class TlsHostileServerTests {

	private static final String CANARY = "canary-in-the-coal-mine";

	@BeforeAll
	static void needsAnAddressThatIsNotLoopback() throws SocketException {
		assumeTrue(HostileServer.canStart() || Boolean.parseBoolean(System.getenv("TEST_REQUIRE_COMPONENTS")));
	}

	@Test
	void driverAloneGivesThePasswordAway() {
		try (HostileServer denying = HostileServer.thatDeniesTls();
				HostileServer mute = HostileServer.thatSwallowsTheNegotiation()) {
			connect(denying, driverAlone());
			connect(mute, driverAlone());
			assertThat(denying.recorded()).contains(CANARY, "notes-user");
			assertThat(mute.recorded()).contains(CANARY, "notes-user");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REQUIRE", "VERIFY_CA", "VERIFY_FULL" })
	void nothingIsGivenAwayWhereTlsIsRequired(TlsMode mode) {
		try (HostileServer denying = HostileServer.thatDeniesTls();
				HostileServer mute = HostileServer.thatSwallowsTheNegotiation()) {
			connect(denying, new TlsPolicy(mode, Trust.ofJvm()));
			connect(mute, new TlsPolicy(mode, Trust.ofJvm()));
			assertThat(denying.recorded()).isEmpty();
			assertThat(mute.recorded()).isEmpty();
		}
	}

	@Test
	void nothingIsGivenAwayInAPublicNetwork() {
		try (HostileServer denying = HostileServer.thatDeniesTls();
				HostileServer mute = HostileServer.thatSwallowsTheNegotiation()) {
			TlsPolicy policy = new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.PUBLIC);
			connect(denying, policy);
			connect(mute, policy);
			assertThat(denying.recorded()).isEmpty();
			assertThat(mute.recorded()).isEmpty();
		}
	}

	@Test
	void lostPacketsAreNoReasonForPlaintextInAPrivateNetwork() {
		try (HostileServer mute = HostileServer.thatSwallowsTheNegotiation()) {
			SQLException failure = connect(mute,
					new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.PRIVATE));
			assertThat(mute.recorded()).isEmpty();
			assertThat((Throwable) failure).hasStackTraceContaining("Refused to send anything in plaintext");
		}
	}

	@Test
	void serversOwnWordIsTakenInAPrivateNetwork() {
		try (HostileServer denying = HostileServer.thatDeniesTls()) {
			connect(denying, new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.PRIVATE));
			assertThat(denying.recorded()).contains("notes-user");
		}
	}

	@Test
	@RequiresComponent("openssl")
	void serverThatHasTlsIsNotSpokenToInPlaintext(@TempDir Path folder) throws Exception {
		Certificates certificates = new Certificates(folder);
		certificates.issue("server", "localhost", 30);
		try (EmbeddedPostgres server = EmbeddedPostgres.builder()
			.setServerConfig("ssl", "on")
			.setServerConfig("ssl_cert_file", certificates.certificate("server").toString())
			.setServerConfig("ssl_key_file", certificates.key("server").toString())
			.start()) {
			assertThat(saidThrough(server, driverAlone())).contains("select 'canary-in-the-coal-mine'");
			for (TlsMode mode : List.of(TlsMode.REQUIRE, TlsMode.VERIFY_CA, TlsMode.VERIFY_FULL)) {
				assertThat(saidThrough(server, new TlsPolicy(mode, Trust.of(certificates.root())))).isEmpty();
			}
			assertThat(saidThrough(server, new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.PUBLIC)))
				.isEmpty();
		}
	}

	/**
	 * Returns what somebody in the way reads when a query goes to a server.
	 */
	private static String saidThrough(EmbeddedPostgres server, TlsPolicy policy) {
		try (HostileServer between = HostileServer.thatDeniesTheTlsOf(server.getPort());
				HikariDataSource pool = pool(between, policy)) {
			pool.setUsername("postgres");
			pool.setJdbcUrl(pool.getJdbcUrl().replace("/notes", "/postgres"));
			try (Connection connection = new Preflight(pool).connectAsPool();
					Statement statement = connection.createStatement()) {
				statement.execute("select '" + CANARY + "'");
			}
			catch (SQLException ex) {
				// Refused, unless the driver decides
			}
			return between.recorded();
		}
	}

	private static HikariDataSource pool(HostileServer server, TlsPolicy policy) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql://" + server.hostAndPort() + "/notes");
		pool.setUsername("notes-user");
		pool.setPassword(CANARY);
		pool.addDataSourceProperty("sslResponseTimeout", server.isMute() ? "300" : "30000");
		TlsPolicy.apply(pool, policy.decide(pool, false));
		return pool;
	}

	private static TlsPolicy driverAlone() {
		return new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.LOOPBACK);
	}

	private static SQLException connect(HostileServer server, TlsPolicy policy) {
		SQLException[] failure = new SQLException[1];
		try (HikariDataSource pool = pool(server, policy)) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> new Preflight(pool).connectAsPool())
				.satisfies((ex) -> failure[0] = ex);
		}
		return failure[0];
	}

}
