package dev.pgkeel.tls;

import java.sql.SQLException;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.Preflight;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of what leaves the application when somebody is in the way.
 */
class TlsHostileServerTests {

	private static final String CANARY = "canary-in-the-coal-mine";

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

	private static TlsPolicy driverAlone() {
		return new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.LOOPBACK);
	}

	private static SQLException connect(HostileServer server, TlsPolicy policy) {
		SQLException[] failure = new SQLException[1];
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://localhost:" + server.port() + "/notes");
			pool.setUsername("notes-user");
			pool.setPassword(CANARY);
			pool.addDataSourceProperty("sslResponseTimeout", "300");
			TlsPolicy.apply(pool, policy.decide(pool, false));
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> new Preflight(pool).connectAsPool())
				.satisfies((ex) -> failure[0] = ex);
		}
		return failure[0];
	}

}
