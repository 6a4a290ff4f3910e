package dev.pgkeel.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.testsupport.Certificates;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the properties below {@code pgkeel.tls}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, DataSourceAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties());

	@TempDir
	private Path folder;

	@Test
	void loopbackIsLeftToTheDriver() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
				.doesNotContainKey("sslmode"));
	}

	@Test
	void urlWithoutAHostLeadsToThisMachine(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql:///" + this.database.name() + "?PGPORT="
					+ TestServer.shared().port())
			.run((context) -> {
				assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.doesNotContainKey("sslmode");
				try (Connection connection = context.getBean(DataSource.class).getConnection()) {
					assertThat(connection.isValid(5)).isTrue();
				}
			});
		assertThat(output).contains("plaintext, direct").doesNotContain("its network is private");
	}

	@Test
	void modeIsSetAndReported() {
		this.contextRunner.withPropertyValues("pgkeel.tls.mode=require").run((context) -> {
			assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties()).containsEntry("sslmode",
					"require");
			assertThat(context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.TLS))
				.containsExactly(
						new PoolSetting("sslmode", "require", PoolSetting.Source.TLS, "pgkeel.tls.mode is require"));
		});
	}

	@Test
	void whatAPoolsOwnDataSourceDoesNotDoIsNotClaimed(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(OwnWay.class)
			.withPropertyValues("pgkeel.tls.mode=verify-full")
			.run((context) -> {
				assertThat(context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.TLS))
					.isEmpty();
				assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.doesNotContainKey("sslmode");
			});
		assertThat(output).contains("pgkeel.tls.mode=verify-full is not applied to");
	}

	@Test
	void urlOfTheUserWins() {
		this.contextRunner
			.withPropertyValues("pgkeel.tls.mode=require",
					"spring.datasource.url=" + this.database.jdbcUrl() + "?sslmode=disable")
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
				.doesNotContainKey("sslmode"));
	}

	@Test
	void observedPoolIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.tls.mode=require", "pgkeel.mode=observe")
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties()).isEmpty());
		assertThat(output).contains("would have set sslmode=require, since pgkeel.tls.mode is require");
	}

	@Test
	void socketFactoryThatGetsNoProtectionIsNamed(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("pgkeel.tls.mode=require",
					"spring.datasource.hikari.data-source-properties.socketFactory=" + "javax.net.DefaultSocketFactory")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(unprotected(output)).singleElement()
			.asString()
			.contains("pgkeel.tls.mode=require is not applied to ", "since its connections come from another driver",
					": write sslmode=require into its URL");
	}

	@Test
	void wrappingDriverThatGetsNoProtectionIsNamed(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("pgkeel.tls.mode=verify-full", "spring.datasource.url=jdbc:otel:postgresql://db/notes",
					"spring.datasource.driver-class-name=org.postgresql.Driver",
					"spring.datasource.hikari.minimum-idle=0")
			.run((context) -> assertThat(unprotected(output)).singleElement()
				.asString()
				.contains("pgkeel.tls.mode=verify-full is not applied to ", "write sslfactory="
						+ "org.postgresql.ssl.DefaultJavaSSLFactory&sslmode=verify-full into its URL"));
	}

	@Test
	void poolOfOnesOwnThatGetsNoProtectionIsNamed(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.tls.mode=verify-full")
			.withBean("own", HikariDataSource.class, () -> {
				HikariDataSource pool = new HikariDataSource();
				pool.setJdbcUrl(this.database.jdbcUrl());
				pool.setUsername(this.database.username());
				return pool;
			})
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(unprotected(output)).singleElement()
			.asString()
			.contains("is not applied to own, since it is not bound to spring.datasource.hikari: write ");
	}

	@Test
	void nothingIsSaidOfPoolsWithoutTheQuestion(CapturedOutput output) {
		this.contextRunner.withBean("own", HikariDataSource.class, () -> {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(this.database.jdbcUrl());
			return pool;
		}).run((context) -> assertThat(context).hasNotFailed());
		assertThat(unprotected(output)).isEmpty();
	}

	private static List<String> unprotected(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(" is not applied to ")).toList();
	}

	@Test
	void startSaysWhatWasReached(CapturedOutput output) {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains(" as postgres, plaintext, direct, ");
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.tls.root-certificate=/absent/ca.pem, pgkeel.tls.root-certificate is /absent/ca.pem",
			"pgkeel.tls.root-certificate=classpath:absent.pem, pgkeel.tls.root-certificate is classpath:absent.pem",
			"pgkeel.tls.root-certificate=C:\\absent\\ca.pem, 'not a certificate in PEM format: C:\\absent\\ca.pem'",
			"pgkeel.tls.root-certificate=C:/absent/ca.pem, 'not a certificate in PEM format: C:/absent/ca.pem'",
			"pgkeel.tls.bundle=absent, 'pgkeel.tls.bundle is absent, but there is no such SSL bundle'",
			"pgkeel.tls.mode=verify, pgkeel.tls.mode" })
	void badInputIsExplained(String property, String description) {
		this.contextRunner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains(description);
			assertThat(analysis.getAction()).isNotBlank();
		});
	}

	@Test
	void fileThatIsNoCertificateIsExplained() throws Exception {
		Path file = Files.writeString(this.folder.resolve("ca.pem"), "no certificate");
		this.contextRunner.withPropertyValues("pgkeel.tls.root-certificate=" + file).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains(file.toString(), "is not a certificate in PEM format");
		});
	}

	@Test
	@RequiresComponent("openssl")
	void nameOfAFileMayHaveAColon() throws Exception {
		Path renamed = Files.move(new Certificates(this.folder).root(), this.folder.resolve("ca:1.pem"));
		this.contextRunner.withPropertyValues("pgkeel.mode=observe", "pgkeel.tls.root-certificate=" + renamed)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void certificateAndBundleContradictEachOther() {
		this.contextRunner.withPropertyValues("pgkeel.tls.root-certificate=ca.pem", "pgkeel.tls.bundle=db")
			.run((context) -> assertThat(FailureAnalyses.of(context.getStartupFailure()).getDescription())
				.startsWith("Both pgkeel.tls.root-certificate and pgkeel.tls.bundle are set"));
	}

	@Test
	void factoryThatValidatesNothingContradictsVerification(CapturedOutput output) throws Exception {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("pgkeel.tls.mode=verify-full",
				"spring.datasource.url=" + this.database.jdbcUrl()
						+ "?sslfactory=org.postgresql.ssl.NonValidatingFactory");
		runner.run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription())
				.isEqualTo("sslfactory is NonValidatingFactory, which trusts any server, but pgkeel.tls.mode is"
						+ " verify-full");
			assertThat(Files.readString(Path.of("../docs/errors.md")))
				.contains("| " + analysis.getDescription() + " | " + analysis.getAction() + " |");
		});
		runner.withPropertyValues("pgkeel.mode=observe").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("would have refused to start: sslfactory is NonValidatingFactory");
	}

	@Test
	void certificateThatWouldNotBePresentedIsRefused(CapturedOutput output) {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("pgkeel.tls.mode=verify-full",
				"spring.datasource.url=" + this.database.jdbcUrl() + "?sslcert=me.crt");
		runner.run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(Files.readString(Path.of("../docs/errors.md")))
				.contains("| " + analysis.getDescription() + " | " + analysis.getAction() + " |");
		});
		runner.withPropertyValues("pgkeel.mode=observe").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("would have refused to start: sslcert is set, but pgkeel.tls.mode is verify-full");
	}

	@Test
	void detailsOfAContainerAreTheUsersWord() {
		String url = "jdbc:postgresql://db.example.invalid/notes";
		this.contextRunner.withPropertyValues("spring.datasource.url=" + url)
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
				.containsEntry("sslmode", "require"));
		this.contextRunner.withBean(JdbcConnectionDetails.class, () -> new JdbcConnectionDetails() {

			@Override
			public String getUsername() {
				return "notes";
			}

			@Override
			public String getPassword() {
				return "";
			}

			@Override
			public String getJdbcUrl() {
				return url;
			}

		})
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
				.doesNotContainKey("sslmode"));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnWay {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource dataSource(@Value("${spring.datasource.url}") String url,
				@Value("${spring.datasource.username}") String username) {
			PGSimpleDataSource driver = new PGSimpleDataSource();
			driver.setUrl(url);
			driver.setUser(username);
			HikariDataSource pool = new HikariDataSource();
			pool.setDataSource(driver);
			return pool;
		}

	}

}
