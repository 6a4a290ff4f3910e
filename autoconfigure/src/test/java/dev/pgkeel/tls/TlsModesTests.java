package dev.pgkeel.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.ConnectFailure;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.SessionEncryption;
import dev.pgkeel.testsupport.Certificates;
import dev.pgkeel.testsupport.RequiresComponent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of every mode against servers with certificates of every kind. What they measure
 * is the table in {@code docs/tls.md}.
 */
@RequiresComponent("openssl")
class TlsModesTests {

	private static final Map<String, EmbeddedPostgres> servers = new LinkedHashMap<>();

	@TempDir
	private static Path folder;

	private static Path root;

	@BeforeAll
	static void startServers() throws IOException {
		Certificates certificates = new Certificates(folder);
		root = certificates.root();
		certificates.issue("good", "localhost", 30);
		certificates.issue("other-host", "db.example.com", 30);
		certificates.issue("expired", "localhost", -1);
		certificates.selfSign("self-signed", "localhost");
		servers.put("none", EmbeddedPostgres.builder().start());
		for (String name : List.of("good", "self-signed", "expired", "other-host")) {
			servers.put(name,
					EmbeddedPostgres.builder()
						.setServerConfig("ssl", "on")
						.setServerConfig("ssl_cert_file", certificates.certificate(name).toString())
						.setServerConfig("ssl_key_file", certificates.key(name).toString())
						.start());
		}
	}

	@AfterAll
	static void stopServers() throws IOException {
		for (EmbeddedPostgres server : servers.values()) {
			server.close();
		}
		servers.clear();
	}

	@ParameterizedTest
	@CsvSource({ "driver, none, plaintext", "driver, good, 'TLS, NOT verified'",
			"driver, self-signed, 'TLS, NOT verified'", "driver, expired, 'TLS, NOT verified'",
			"driver, other-host, 'TLS, NOT verified'", "private, none, plaintext", "private, good, 'TLS, NOT verified'",
			"private, self-signed, 'TLS, NOT verified'", "private, expired, 'TLS, NOT verified'",
			"private, other-host, 'TLS, NOT verified'", "disable, none, plaintext", "disable, good, plaintext",
			"public, none, refused", "public, good, 'TLS, NOT verified'", "require, none, refused",
			"require, good, 'TLS, NOT verified'", "require, self-signed, 'TLS, NOT verified'",
			"require, expired, 'TLS, NOT verified'", "require, other-host, 'TLS, NOT verified'",
			"verify-ca, none, refused", "verify-ca, good, 'TLS, verified (verify-ca)'",
			"verify-ca, self-signed, refused", "verify-ca, expired, refused",
			"verify-ca, other-host, 'TLS, verified (verify-ca)'", "verify-full, none, refused",
			"verify-full, good, 'TLS, verified (verify-full)'", "verify-full, self-signed, refused",
			"verify-full, expired, refused", "verify-full, other-host, refused",
			"private gssEncMode=prefer, none, plaintext", "private gssEncMode=prefer, good, 'TLS, NOT verified'" })
	void modeDecidesWhatIsAccepted(String mode, String server, String expected) {
		assertThat(connect(mode, server)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "require, none, the server offers no TLS", "verify-full, none, the server offers no TLS",
			"verify-ca, self-signed, the server's certificate is not from a trusted authority",
			"verify-full, expired, the server's certificate is not valid now: NotAfter: ",
			"verify-full, other-host, the server's certificate is for another host" })
	void failureIsExplained(String mode, String server, String problem) throws IOException {
		try (HikariDataSource pool = pool(server)) {
			TlsPolicy.apply(pool, policy(mode).decide(pool, false));
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> new Preflight(pool).connectAsPool())
				.satisfies((ex) -> {
					ConnectFailure failure = ConnectFailure.of(ex);
					assertThat(failure).isNotNull();
					assertThat(failure.problem()).startsWith(problem);
					assertThat(failure.action()).isNotBlank();
					if (server.equals("self-signed")) {
						assertThat(failure.action()).contains("pgkeel.tls.root-certificate", "sslrootcert",
								"pgkeel.tls.bundle");
					}
					assertThat(Files.readString(Path.of("../docs/errors.md"))).contains(failure.action())
						.contains(problem.replaceFirst(": NotAfter:.*", ""));
				});
		}
	}

	@Test
	void factoryWithoutItsPackageIsExplained() {
		try (HikariDataSource pool = pool("good")) {
			pool.addDataSourceProperty("sslmode", "require");
			pool.addDataSourceProperty("sslfactory", "NonValidatingFactory");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> new Preflight(pool).connectAsPool())
				.satisfies((ex) -> assertThat(ConnectFailure.of(ex)).hasToString(
						"ConnectFailure[problem=a parameter asks for what cannot be had: The SSLSocketFactory class provided"
								+ " NonValidatingFactory could not be instantiated., action=Correct the parameter in"
								+ " spring.datasource.url or in spring.datasource.hikari.data-source-properties. The name of"
								+ " a class needs its package.]"));
		}
	}

	@Test
	void documentationShowsWhatWasMeasured() throws IOException {
		List<String> lines = new ArrayList<>(
				List.of("| | " + String.join(" | ", servers.keySet()) + " |", "|---".repeat(servers.size() + 1) + "|"));
		for (String mode : List.of("driver", "driver sslmode=require&sslrootcert",
				"driver sslmode=verify-ca&sslrootcert", "driver sslmode=verify-full&sslrootcert",
				"driver sslmode=verify-full", "private", "public", "disable", "require", "verify-ca", "verify-full")) {
			List<String> cells = servers.keySet().stream().map((server) -> connect(mode, server)).toList();
			lines.add("| " + mode + " | " + String.join(" | ", cells) + " |");
		}
		String table = String.join("\n", lines);
		assertThat(Files.readString(Path.of("../docs/tls.md"))).as(table).contains(table);
	}

	/**
	 * Returns what a mode reaches on a server. The words "private" and "public" stand for
	 * the automatic mode with a host of that kind, "driver" for the driver alone, with
	 * the parameters that follow.
	 */
	private static String connect(String mode, String server) {
		String[] words = mode.split("[ &]");
		try (HikariDataSource pool = pool(server)) {
			for (String parameter : Arrays.copyOfRange(words, 1, words.length)) {
				pool.addDataSourceProperty(parameter.replaceFirst("=.*", ""),
						parameter.contains("=") ? parameter.replaceFirst(".*=", "") : root.toString());
			}
			TlsDecision decision = policy(words[0]).decide(pool, false);
			TlsPolicy.apply(pool, decision);
			try (Connection connection = new Preflight(pool).connectAsPool()) {
				SessionEncryption tls = ServerFacts.read(connection).tls();
				return decision.describe((tls != null) ? tls.protocol().substring(0, 3) : null);
			}
			catch (SQLException ex) {
				return "refused";
			}
		}
	}

	private static HikariDataSource pool(String server) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql://localhost:" + servers.get(server).getPort() + "/postgres");
		pool.setUsername("postgres");
		return pool;
	}

	private static TlsPolicy policy(String mode) {
		return switch (mode) {
			case "driver" -> new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.LOOPBACK);
			case "private" -> new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.PRIVATE);
			case "public" -> new TlsPolicy(TlsMode.AUTO, Trust.ofJvm(), (host) -> HostKind.PUBLIC);
			default -> new TlsPolicy(TlsMode.valueOf(mode.toUpperCase(Locale.ROOT).replace('-', '_')), Trust.of(root));
		};
	}

}
