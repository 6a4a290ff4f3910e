package dev.pgkeel.tls;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.Certificates;
import dev.pgkeel.testsupport.RequiresComponent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Trust} in an SSL bundle, with a server that asks for the client's
 * certificate.
 */
@RequiresComponent("openssl")
class TlsBundleTests {

	@TempDir
	private static Path folder;

	private static Certificates certificates;

	private static EmbeddedPostgres server;

	@BeforeAll
	static void startServer() throws IOException {
		certificates = new Certificates(folder);
		certificates.issue("server", "localhost", 30);
		certificates.issue("first", "postgres", 30);
		certificates.issue("second", "postgres", 30);
		server = EmbeddedPostgres.builder()
			.setServerConfig("ssl", "on")
			.setServerConfig("ssl_cert_file", certificates.certificate("server").toString())
			.setServerConfig("ssl_key_file", certificates.key("server").toString())
			.setServerConfig("ssl_ca_file", certificates.root().toString())
			.setDataDirectoryCustomizer(TlsBundleTests::admitCertificates)
			.start();
	}

	/**
	 * The library that starts the server looks whether it answers without a certificate.
	 */
	private static void admitCertificates(File data) {
		try {
			Files.writeString(data.toPath().resolve("pg_hba.conf"),
					"hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\nhostnossl all all all trust\n"
							+ "hostssl all all ::1/128 trust clientcert=verify-ca\n");
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@AfterAll
	static void stopServer() throws IOException {
		server.close();
	}

	@Test
	void clientsCertificateIsPresentedAndTheServersVerified() throws SQLException {
		String name = UUID.randomUUID().toString();
		assertThat(serial(Trust.of(name, new DefaultSslBundleRegistry(name, bundle("first"))))).isNotNull();
	}

	@Test
	void twoApplicationsMayHaveABundleOfTheSameName() throws SQLException {
		String name = UUID.randomUUID().toString();
		Trust first = Trust.of(name, new DefaultSslBundleRegistry(name, bundle("first")));
		Trust second = Trust.of(name, new DefaultSslBundleRegistry(name, bundle("second")));
		String serial = serial(first);
		assertThat(serial(second)).isNotNull().isNotEqualTo(serial);
		assertThat(serial(first)).isEqualTo(serial);
	}

	@Test
	void serverRefusesWithoutACertificate() {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> serial(Trust.of(certificates.root())));
	}

	@Test
	void newConnectionsUseTheBundleAsItIsThen() throws SQLException {
		String name = UUID.randomUUID().toString();
		DefaultSslBundleRegistry registry = new DefaultSslBundleRegistry(name, bundle("first"));
		Trust trust = Trust.of(name, registry);
		String before = serial(trust);
		registry.updateBundle(name, bundle("second"));
		assertThat(serial(trust)).isNotNull().isNotEqualTo(before);
	}

	@Test
	void optionsOfTheBundleHold() throws SQLException {
		String cipher = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
		assertThat(ask(trust(SslOptions.of(null, Set.of("TLSv1.2"))), "version")).isEqualTo("TLSv1.2");
		assertThat(ask(trust(SslOptions.of(Set.of(cipher), null)), "cipher")).isEqualTo("ECDHE-RSA-AES128-GCM-SHA256");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> ask(trust(SslOptions.of(null, Set.of("TLSv9"))), "version"))
			.withMessageContaining("The SSL bundle's options are not supported: ")
			.withMessageContaining("TLSv9");
	}

	private static Trust trust(SslOptions options) {
		String name = UUID.randomUUID().toString();
		SslBundle bundle = SslBundle.of(bundle("first").getStores(), SslBundleKey.NONE, options);
		return Trust.of(name, new DefaultSslBundleRegistry(name, bundle));
	}

	private static String serial(Trust trust) throws SQLException {
		return ask(trust, "client_serial");
	}

	private static String ask(Trust trust, String column) throws SQLException {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://localhost:" + server.getPort() + "/postgres");
			pool.setUsername("postgres");
			TlsDecision decision = new TlsPolicy(TlsMode.AUTO, trust).decide(pool, false);
			assertThat(decision.sslMode()).isEqualTo("verify-full");
			TlsPolicy.apply(pool, decision);
			try (Connection connection = new Preflight(pool).connectAsPool();
					Statement statement = connection.createStatement();
					ResultSet row = statement
						.executeQuery("select " + column + " from pg_stat_ssl where pid = pg_backend_pid()")) {
				row.next();
				return row.getString(1);
			}
		}
	}

	private static SslBundle bundle(String name) {
		PemSslStore keys = PemSslStore
			.load(PemSslStoreDetails.forCertificate(certificates.certificate(name).toUri().toString())
				.withPrivateKey(certificates.key(name).toUri().toString()));
		PemSslStore trusted = PemSslStore
			.load(PemSslStoreDetails.forCertificate(certificates.root().toUri().toString()));
		return SslBundle.of(new PemSslStoreBundle(keys, trusted));
	}

}
