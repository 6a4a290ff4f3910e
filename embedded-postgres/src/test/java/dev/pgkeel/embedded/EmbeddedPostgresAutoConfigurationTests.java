package dev.pgkeel.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.AotDetector;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EmbeddedPostgresAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EmbeddedPostgresAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(EmbeddedPostgresAutoConfiguration.class, DataSourceAutoConfiguration.class));

	@TempDir
	private Path folder;

	@Test
	void applicationWithoutADatabaseGetsAServer() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(JdbcConnectionDetails.class).hasSingleBean(HikariDataSource.class);
			try (Connection connection = context.getBean(DataSource.class).getConnection()) {
				assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
			}
		});
	}

	@ParameterizedTest
	@CsvSource({ "long-lived,true", "LONG_LIVED,true", "serverless,true", "development,false" })
	void applicationThatIsMeantToStayIsWarned(String profile, boolean warned, CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=" + profile)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.getOut().contains("pgkeel.runtime-profile is " + profile + ", and no database is configured"))
			.isEqualTo(warned);
	}

	@Test
	void poolIsClosedBeforeTheServerStops(CapturedOutput output) {
		this.contextRunner.run((context) -> context.getBean(DataSource.class).getConnection().close());
		assertThat(output.getAll()).doesNotContain("terminating connection")
			.doesNotContain("ERROR")
			.doesNotContain("WARN");
	}

	@Test
	void dataDirectoryAndPortAreTaken() throws IOException {
		int port = freePort();
		this.contextRunner
			.withPropertyValues("pgkeel.embedded.data-directory=" + this.folder.resolve("kept"),
					"pgkeel.embedded.port=" + port)
			.run((context) -> {
				assertThat(context.getBean(JdbcConnectionDetails.class).getJdbcUrl())
					.isEqualTo("jdbc:postgresql://localhost:" + port + "/postgres");
				assertThat(this.folder.resolve("kept/PG_VERSION")).exists();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.embedded.enabled=false", "pgkeel.enabled=false",
			"spring.datasource.url=jdbc:postgresql://db/notes", "spring.datasource.url=${ABSENT}",
			"spring.datasource.hikari.jdbc-url=jdbc:postgresql://db/x",
			"spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
			"spring.datasource.jndi-name=java:notes" })
	void otherDatabaseMeansNoServer(String property) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EmbeddedPostgresAutoConfiguration.class))
			.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(JdbcConnectionDetails.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.embedded.enabled=off", "pgkeel.embedded.enabled=no", "pgkeel.enabled=0" })
	void whatIsABooleanSwitchesItOff(String property) {
		otherDatabaseMeansNoServer(property);
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.embedded.enabled=yes", "pgkeel.embedded.enabled=", "pgkeel.enabled=on",
			"pgkeel.enabled=", "pgkeel.embedded.port=", "pgkeel.embedded.data-directory=" })
	void whatSaysYesOrNothingLeavesItOn(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasSingleBean(JdbcConnectionDetails.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.embedded.enabled", "pgkeel.enabled" })
	void switchThatIsNoBooleanIsRefused(String property) {
		this.contextRunner.withPropertyValues(property + "=ture")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(IllegalArgumentException.class)
				.hasStackTraceContaining("Failed to bind properties under '" + property + "'"));
	}

	@Test
	void switchOfRunTimeLeavesItOnDuringTheBuild() {
		TestPropertyValues.of(AbstractAotProcessor.AOT_PROCESSING + "=true").applyToSystemProperties(() -> {
			whatSaysYesOrNothingLeavesItOn("pgkeel.enabled=${PGKEEL}");
			return null;
		});
	}

	@AfterEach
	void startAsUsual() {
		System.clearProperty(AotDetector.AOT_ENABLED);
	}

	/**
	 * As in an application that was processed ahead of time, where conditions are not
	 * asked again.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "spring.datasource.url", "spring.datasource.hikari.jdbc-url",
			"spring.datasource.hikari.data-source-class-name", "spring.datasource.jndi-name" })
	void databaseNamedTooLateIsNotReplaced(String property) {
		System.setProperty(AotDetector.AOT_ENABLED, "true");
		MockEnvironment environment = new MockEnvironment().withProperty(property, "jdbc:postgresql://db/notes");
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> new EmbeddedPostgresAutoConfiguration()
				.pgkeelEmbeddedPostgres(new EmbeddedPostgresProperties(true, null, 0), environment))
			.withMessageStartingWith(property + " comes too late")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("processing"));
	}

	@Test
	void serverSwitchedOffTooLateIsNotStarted() {
		System.setProperty(AotDetector.AOT_ENABLED, "true");
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> new EmbeddedPostgresAutoConfiguration()
				.pgkeelEmbeddedPostgres(new EmbeddedPostgresProperties(false, null, 0), new MockEnvironment()))
			.withMessageStartingWith("pgkeel.embedded.enabled=false comes too late");
	}

	@Test
	void connectionDetailsOfTheUserWin() {
		this.contextRunner.withUserConfiguration(ConnectionDetailsConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(JdbcConnectionDetails.class)
				.doesNotHaveBean(EmbeddedPostgresLifecycle.class));
	}

	@Test
	void dataSourceOfTheUserWins() {
		this.contextRunner.withBean(DataSource.class, SimpleDriverDataSource::new)
			.run((context) -> assertThat(context).hasSingleBean(DataSource.class)
				.doesNotHaveBean(EmbeddedPostgresLifecycle.class));
	}

	@Test
	void missingJdbcModuleMeansNothingHappens() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EmbeddedPostgresAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(DataSourceAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedPostgresLifecycle.class));
	}

	@Test
	void failureIsExplained() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.contextRunner.withPropertyValues("pgkeel.embedded.port=" + taken.getLocalPort()).run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = new EmbeddedPostgresFailureAnalyzer().analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith("pgkeel.embedded.port is " + taken.getLocalPort());
				assertThat(analysis.getAction()).startsWith("Stop the program that listens there");
			});
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class ConnectionDetailsConfiguration {

		@Bean
		JdbcConnectionDetails connectionDetails() {
			return new JdbcConnectionDetails() {

				@Override
				public String getUsername() {
					return "user";
				}

				@Override
				public String getPassword() {
					return "password";
				}

				@Override
				public String getJdbcUrl() {
					return "jdbc:postgresql://db/notes";
				}

			};
		}

	}

}
