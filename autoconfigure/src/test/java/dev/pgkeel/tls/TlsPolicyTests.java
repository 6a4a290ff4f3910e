package dev.pgkeel.tls;

import java.nio.file.Path;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.ssl.DefaultSslBundleRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link TlsPolicy}.
 */
class TlsPolicyTests {

	private final HikariConfig config = new HikariConfig();

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql://localhost/x, ", "jdbc:postgresql:x, ", "jdbc:postgresql:///x, ",
			"jdbc:postgresql://127.0.0.1:5432/x, ", "jdbc:postgresql://db/x, prefer",
			"jdbc:postgresql://10.0.0.1/x, prefer", "jdbc:postgresql://db.example.com/x, require",
			"jdbc:postgresql://[2001:db8::1]:5432/x, require", "'jdbc:postgresql://localhost,db/x', prefer",
			"'jdbc:postgresql://db,db.example.com:5433/x', require" })
	void autoLooksAtTheHost(String url, String sslMode) {
		this.config.setJdbcUrl(url);
		assertThat(decide(TlsMode.AUTO, Trust.ofJvm()).sslMode()).isEqualTo(sslMode);
	}

	@ParameterizedTest
	@CsvSource({ "serverName, db.example.com, require", "ServerName, db.example.com, require",
			"serverNames, 'db, db.example.com', require", "url, jdbc:postgresql://db.example.com/x, require",
			"URL, jdbc:postgresql://db/x, prefer", "portNumber, 5433, ", "serverName, localhost, " })
	void hostOfADataSourceClassIsAmongItsProperties(String property, String value, String sslMode) {
		this.config.setJdbcUrl("jdbc:postgresql://db/unused");
		this.config.setDataSourceClassName("org.postgresql.ds.PGSimpleDataSource");
		this.config.addDataSourceProperty(property, value);
		assertThat(decide(TlsMode.AUTO, Trust.ofJvm()).sslMode()).isEqualTo(sslMode);
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:aws-wrapper:postgresql://db/x, sslmode=verify-full&sslrootcert=ca.crt",
			"jdbc:aws-wrapper:postgresql://db/x?sslmode=require, ", "jdbc:postgresql://db/x?sslrootcert=own.crt, " })
	void poolThatIsLeftAsItIsMissesWhatItsUrlDoesNotSay(String url, String missing) {
		this.config.setJdbcUrl(url);
		assertThat(new TlsPolicy(TlsMode.VERIFY_FULL, Trust.of(Path.of("ca.crt"))).missing(this.config))
			.isEqualTo(missing);
		assertThat(new TlsPolicy(TlsMode.AUTO, Trust.ofJvm()).missing(this.config)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "db.example.com/x, true", "db/x, false", "localhost/x, false",
			"db.example.com/x?sslmode=prefer, false" })
	void detailsThatDecideThemselvesMayExpose(String location, boolean exposed) {
		this.config.setJdbcUrl("jdbc:postgresql://" + location);
		TlsDecision decision = new TlsPolicy(TlsMode.AUTO, Trust.ofJvm()).decide(this.config, true);
		assertThat(decision.settings()).isEmpty();
		assertThat(decision.exposed()).isEqualTo(exposed);
		assertThat(new TlsPolicy(TlsMode.REQUIRE, Trust.ofJvm()).decide(this.config, true).exposed()).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql:x, require", "jdbc:postgresql:///x, require", "jdbc:postgresql://?user=me, require",
			"jdbc:postgresql://localhost/x, " })
	void hostMayBeAPropertyOfTheDriver(String url, String sslMode) {
		this.config.setJdbcUrl(url);
		this.config.addDataSourceProperty("PGHOST", "db.example.com");
		assertThat(decide(TlsMode.AUTO, Trust.ofJvm()).sslMode()).isEqualTo(sslMode);
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql:x, true", "'jdbc:postgresql://127.0.0.1,[::1]:5433/x', true",
			"jdbc:postgresql:///x, true", "'jdbc:postgresql://localhost,db/x', false",
			"jdbc:postgresql://192.168.0.1/x, false", "jdbc:postgresql://me:secret@localhost/x, false",
			"jdbc:aws-wrapper:postgresql://localhost/x, false" })
	void poolStaysOnThisMachineIfAllItsHostsSaySo(String url, boolean stays) {
		this.config.setJdbcUrl(url);
		assertThat(TlsPolicy.staysOnThisMachine(this.config)).isEqualTo(stays);
		this.config.setDataSource(new PGSimpleDataSource());
		assertThat(TlsPolicy.staysOnThisMachine(this.config)).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "yes, NOT verified", "1, NOT verified", "false, NOT verified", "TRUE, verified (verify-full)",
			"'', verified (verify-full)" })
	void whatTheDriverTakesForNoVerifiesNothing(String ssl, String described) {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x?ssl=" + ssl);
		assertThat(decide(TlsMode.AUTO, Trust.ofJvm()).describe("TLSv1.3")).isEqualTo("TLSv1.3, " + described);
	}

	@ParameterizedTest
	@CsvSource({ "Verify-Full, verified (verify-full)", "VERIFY-CA, verified (verify-ca)", "REQUIRE, NOT verified" })
	void caseOfAModeDoesNotMatter(String sslMode, String described) {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x?sslmode=" + sslMode);
		assertThat(decide(TlsMode.AUTO, Trust.ofJvm()).describe("TLSv1.3")).isEqualTo("TLSv1.3, " + described);
	}

	@Test
	void plaintextOnAPrivateNetworkIsUpToTheServer() {
		this.config.setJdbcUrl("jdbc:postgresql://db/x");
		TlsDecision decision = decide(TlsMode.AUTO, Trust.ofJvm());
		assertThat(decision.allowsPlaintext()).isTrue();
		TlsPolicy.apply(this.config, decision);
		assertThat(this.config.getDataSourceProperties()).containsEntry("sslmode", "prefer")
			.containsEntry("socketFactory", NegotiatingSocketFactory.class.getName());
	}

	@ParameterizedTest
	@ValueSource(strings = { "sslmode=disable", "ssl=true", "sslmode=prefer",
			"sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory", "sslrootcert=ca.crt" })
	void urlOfTheUserWins(String parameter) {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x?" + parameter);
		assertThat(decide(TlsMode.VERIFY_FULL, Trust.of(Path.of("ca.crt"))).settings()).isEmpty();
	}

	@Test
	void factoryThatValidatesNothingStaysUnlessItContradictsTheMode() {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x?sslfactory=org.postgresql.ssl.NonValidatingFactory");
		assertThat(decide(TlsMode.AUTO, Trust.ofJvm()).settings()).isEmpty();
		assertThat(decide(TlsMode.REQUIRE, Trust.ofJvm()).settings()).isEmpty();
		assertThatExceptionOfType(TlsConfigurationException.class)
			.isThrownBy(() -> decide(TlsMode.VERIFY_CA, Trust.ofJvm()));
		assertThatExceptionOfType(TlsConfigurationException.class)
			.isThrownBy(() -> decide(TlsMode.AUTO, Trust.of(Path.of("ca.crt"))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "ssl=true", "sslmode=verify-full", "sslmode=verify-ca" })
	void factoryThatValidatesNothingVerifiesNothing(String asked) {
		this.config.setJdbcUrl(
				"jdbc:postgresql://db.example.com/x?" + asked + "&sslfactory=org.postgresql.ssl.NonValidatingFactory");
		TlsDecision decision = new TlsPolicy(TlsMode.AUTO, Trust.ofJvm()).decide(this.config, false);
		assertThat(decision.describe("TLSv1.3")).isEqualTo("TLSv1.3, NOT verified");
		assertThat(decision.settings()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "sslMode,require,'TLSv1.3, NOT verified'", "sslMode,verify-full,'TLSv1.3, verified (verify-full)'",
			"sslmode,verify-ca,'TLSv1.3, verified (verify-ca)'" })
	void setterOfADataSourceClassIsTheUsersWord(String property, String value, String described) {
		this.config.setDataSourceClassName("org.postgresql.ds.PGSimpleDataSource");
		this.config.addDataSourceProperty("serverName", "db.example.com");
		this.config.addDataSourceProperty(property, value);
		TlsDecision decision = new TlsPolicy(TlsMode.AUTO, Trust.of(Path.of("ca.crt"))).decide(this.config, false);
		assertThat(decision.describe("TLSv1.3")).isEqualTo(described);
		assertThat(decision.settings()).isEmpty();
	}

	/**
	 * The bundle's trust manager decides, and nobody compares the host.
	 */
	@Test
	void bundleThatIsNotAskedToVerifyVerifiesTheAuthority() {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x");
		Trust bundle = Trust.of("db", new DefaultSslBundleRegistry());
		assertThat(decide(TlsMode.REQUIRE, bundle).describe("TLSv1.3")).isEqualTo("TLSv1.3, verified (bundle)");
		assertThat(decide(TlsMode.VERIFY_FULL, bundle).describe("TLSv1.3"))
			.isEqualTo("TLSv1.3, verified (verify-full)");
		assertThat(decide(TlsMode.DISABLE, bundle).describe(null)).isEqualTo("plaintext");
	}

	/**
	 * What the JVM trusts is asked by a factory that presents no certificate.
	 */
	@ParameterizedTest
	@CsvSource({ "sslcert=me.crt, VERIFY_FULL, true", "sslkey=me.pk8, VERIFY_CA, true", "sslkey=me.pk8, REQUIRE, false",
			"sslcert=me.crt&sslmode=verify-full, VERIFY_FULL, false" })
	void certificateOfTheApplicationIsNotDropped(String parameters, TlsMode mode, boolean refused) {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x?" + parameters);
		assertThat(decide(mode, Trust.of(Path.of("ca.crt"))).settings()).doesNotContainKey("sslfactory");
		if (refused) {
			assertThatExceptionOfType(TlsConfigurationException.class).isThrownBy(() -> decide(mode, Trust.ofJvm()))
				.withMessageContaining("presents no certificate of the application");
		}
		else {
			assertThat(decide(mode, Trust.ofJvm()).settings()).doesNotContainKey("sslfactory");
		}
	}

	/**
	 * HikariCP gives it no property of ours.
	 */
	@Test
	void certificateOfADataSourceIsPresented() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setSslCert("me.crt");
		this.config.setDataSource(dataSource);
		assertThatNoException().isThrownBy(() -> decide(TlsMode.VERIFY_FULL, Trust.ofJvm()));
	}

	@Test
	void propertyOfTheUserWins() {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x");
		this.config.addDataSourceProperty("sslmode", "verify-ca");
		TlsDecision decision = decide(TlsMode.AUTO, Trust.ofJvm());
		assertThat(decision.settings()).isEmpty();
		assertThat(decision.describe("TLSv1.3")).isEqualTo("TLSv1.3, verified (verify-ca)");
	}

	@Test
	void modeOfTheUserWinsOverTheHost() {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x");
		assertThat(decide(TlsMode.DISABLE, Trust.ofJvm()).settings()).isEqualTo(Map.of("sslmode", "disable"));
		assertThat(decide(TlsMode.REQUIRE, Trust.ofJvm()).settings()).isEqualTo(Map.of("sslmode", "require"));
		assertThat(decide(TlsMode.VERIFY_FULL, Trust.ofJvm()).settings()).containsEntry("sslmode", "verify-full")
			.containsEntry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
	}

	@Test
	void certificateMeansVerification() {
		this.config.setJdbcUrl("jdbc:postgresql://localhost/x");
		assertThat(decide(TlsMode.AUTO, Trust.of(Path.of("/etc/ca.crt"))).settings())
			.isEqualTo(Map.of("sslmode", "verify-full", "sslrootcert", "/etc/ca.crt"));
	}

	@Test
	void detailsOfAContainerAreTheUsersWord() {
		this.config.setJdbcUrl("jdbc:postgresql://db.example.com/x");
		assertThat(new TlsPolicy(TlsMode.AUTO, Trust.ofJvm()).decide(this.config, true).settings()).isEmpty();
	}

	private TlsDecision decide(TlsMode mode, Trust trust) {
		return new TlsPolicy(mode, trust).decide(this.config, false);
	}

}
