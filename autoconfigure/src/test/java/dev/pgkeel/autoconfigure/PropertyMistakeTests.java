package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.PasswordServer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of what a user reads whose properties cannot work. {@code docs/errors.md} has to
 * have the same texts.
 */
@ExtendWith(OutputCaptureExtension.class)
class PropertyMistakeTests {

	private static final String CANARY = "canaryinthecoalmine";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@ParameterizedTest
	@ValueSource(strings = { "spring.datasource.url=${DB_URL}",
			"spring.datasource.url=jdbc:postgresql://${DB_URL}:5432/notes",
			"spring.datasource.hikari.jdbc-url=jdbc:postgresql://localhost/${DB_URL}",
			"pgkeel.direct.url=jdbc:postgresql://${DB_URL}/notes" })
	void placeholderInTheUrl(String property, CapturedOutput output) throws IOException {
		failsWith(output, property.split("=", 2)[0] + " contains the placeholder ${DB_URL}, which nothing resolves\n",
				"Set DB_URL as an environment variable or a property, or give the placeholder a default: ${DB_URL:...}.",
				property);
		assertThat(documentation()).contains("contains the placeholder ${...}, which nothing resolves",
				"Set it as an environment variable or a property, or give the placeholder a default");
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.datasource.username", "spring.datasource.password" })
	void placeholderInTheCredentials(String property, CapturedOutput output) {
		try (PasswordServer server = PasswordServer.start("right")) {
			String username = property.endsWith("username") ? "pgkeel.mode=enforce"
					: "spring.datasource.username=" + PasswordServer.USER;
			failsWith(output, property + " contains the placeholder ${DB_SECRET}, which nothing resolves",
					"Set DB_SECRET as an environment variable or a property",
					"spring.datasource.url=" + server.database().jdbcUrl(), username, property + "=${DB_SECRET}");
		}
	}

	@Test
	void placeholderThatDoesNoHarmIsWarnedAbout(CapturedOutput output) {
		run("spring.datasource.password=${DB_SECRET}").close();
		assertThat(output.getOut().lines().filter((line) -> line.contains("DB_SECRET"))).singleElement()
			.asString()
			.contains(" WARN ",
					"dataSource - its password contains the placeholder ${DB_SECRET}, which nothing resolves");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '>', value = { """
			postgres://app:canaryinthecoalmine@localhost:5432/notes > is postgres://localhost:5432/notes and is not a \
			JDBC URL, but one of those that other languages use""",
			"""
					jdbc:postgresql://app:canaryinthecoalmine@localhost/notes > is jdbc:postgresql://localhost/notes and names a \
					role or a password before the host, which JDBC does not do""",
			"""
					postgres://app:canaryinthecoalmine?canaryinthecoalmine@localhost/notes > is postgres://... and is not a JDBC \
					URL, but one of those that other languages use""",
			"""
					jdbc:postgresql://app:canaryinthecoalmine#/?canaryinthecoalmine@localhost/notes > is jdbc:postgresql://... and \
					names a role or a password before the host, which JDBC does not do""",
			"""
					jdbc:postgresql://localhost/notes&user=app&password=canaryinthecoalmine > is jdbc:postgresql://localhost/notes \
					and does not write its parameters as ?NAME=VALUE&NAME=VALUE""",
			"""
					jdbc:postgresql//localhost/notes > is jdbc:postgresql//localhost/notes and does not begin with \
					jdbc:postgresql:""",
			"""
					jdbc:postgresql://localhost:54x/notes > is jdbc:postgresql://localhost:54x/notes and is not understood by \
					PostgreSQL's driver""" })
	void urlThatTheDriverDoesNotUnderstand(String url, String description, CapturedOutput output) throws IOException {
		failsWith(output, "spring.datasource.url " + description, "Write jdbc:postgresql://",
				"spring.datasource.url=" + url);
		String analysis = output.getOut().substring(output.getOut().indexOf("APPLICATION FAILED TO START"));
		assertThat(analysis).doesNotContain(CANARY);
		assertThat(documentation()).contains(description.replaceFirst("is \\S+ and ", ""));
	}

	@Test
	void urlBesideThePooler(CapturedOutput output) {
		failsWith(output, "pgkeel.direct.url is postgres://localhost/notes and is not a JDBC URL",
				"Write jdbc:postgresql://localhost/notes",
				"pgkeel.direct.url=postgres://app:" + CANARY + "@localhost/notes");
		assertThat(output).doesNotContain(CANARY);
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.preflight.timeout, 30, 'A duration needs a unit: write 30s for seconds'",
			"pgkeel.schema.lock-timeout, -5s, A duration cannot be negative.",
			"pgkeel.schema.lock-timeout, PT-5S, A duration cannot be negative.",
			"pgkeel.alert.webhook.timeout, 300000000000d, A duration cannot be longer than 106751 days." })
	void durationThatIsNone(String property, String value, String reason, CapturedOutput output) throws IOException {
		failsWith(output, "Invalid value '" + value + "' for configuration property '" + property + "'", reason,
				property + "=" + value);
		assertThat(documentation()).contains(reason.replaceFirst(":.*", ""));
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.schema.statement-timeout, 30d, PT720H", "pgkeel.schema.statement-timeout, 500us, PT0.0005S",
			"pgkeel.transaction.timeout, 36500d, PT876000H" })
	void durationThatCannotBeKept(String property, String value, String shown, CapturedOutput output)
			throws IOException {
		String limits = property.startsWith("pgkeel.schema") ? "must be between 1 and 2147483647 ms, or 0 for no limit"
				: "must be whole seconds, between 1 and 2147483647";
		failsWith(output, property + " " + limits + ", and not " + shown, "", property + "=" + value);
		assertThat(documentation()).contains(limits);
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.monitor, Set pgkeel.monitor.enabled instead",
			"pgkeel.alert.webhook, Set one of pgkeel.alert.webhook.* instead" })
	void groupThatHasAValue(String group, String action, CapturedOutput output) throws IOException {
		failsWith(output, group + " is set, but is a group of properties", action, group + "=" + CANARY);
		assertThat(output).doesNotContain(CANARY);
		assertThat(documentation()).contains("is set, but is a group of properties");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0s", "30s", "PT30S" })
	void durationThatIsOne(String value) {
		run("pgkeel.preflight.timeout=" + value).close();
	}

	@ParameterizedTest
	@CsvSource({ "connection-timeout, 5s, 'but HikariCP takes plain milliseconds', Write 5000.",
			"max-lifetime, 10m, 'but HikariCP takes plain milliseconds', Write 600000.",
			"connection-timeout, 5, 'which HikariCP does not take: connectionTimeout cannot be less than 250ms', HikariCP takes milliseconds: write 5000 for 5 seconds.",
			"maximum-pool-size, 0, 'which HikariCP does not take: maxPoolSize cannot be less than 1', Correct the value." })
	void valueThatHikariDoesNotTake(String name, String value, String problem, String action, CapturedOutput output)
			throws IOException {
		String property = "spring.datasource.hikari." + name;
		failsWith(output, property + " is " + value + " (from \"" + property + "\" from property source", action,
				property + "=" + value);
		assertThat(output).contains(problem);
		assertThat(documentation()).contains(problem.replaceFirst(":.*", ""));
	}

	/**
	 * A pool that runs takes no property at all.
	 */
	@ParameterizedTest
	@CsvSource({ "jdbc-url, jdbc:postgresql://db/notes?password=, is jdbc:postgresql://db/notes (from",
			"data-source-properties.password, '', is set (from", "connection-init-sql, set app.key=, is set (from" })
	void valueThatMayBeASecretIsNotShown(String name, String value, String shown, CapturedOutput output) {
		String property = "spring.datasource.hikari." + name;
		assertThatThrownBy(
				() -> new SpringApplicationBuilder(RunningPoolConfiguration.class).web(WebApplicationType.NONE)
					.properties(this.database.properties())
					.run("--" + property + "=" + value + CANARY))
			.isNotNull();
		String analysis = output.getOut().substring(output.getOut().indexOf("APPLICATION FAILED TO START"));
		assertThat(analysis).contains(property + " " + shown, "The configuration of the pool is sealed once started")
			.doesNotContain(CANARY);
	}

	private static String documentation() throws IOException {
		return Files.readString(Path.of("../docs/errors.md"));
	}

	private void failsWith(CapturedOutput output, String description, String action, String... properties) {
		assertThatThrownBy(() -> run(properties)).isNotNull();
		assertThat(output.getOut()).contains("APPLICATION FAILED TO START", description, action);
	}

	private ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(DatabaseConfiguration.class).web(WebApplicationType.NONE)
			.properties(this.database.properties())
			.properties("spring.datasource.hikari.connection-timeout=300", "pgkeel.preflight.timeout=1s",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30", "spring.main.banner-mode=off")
			.run(Arrays.stream(properties).map((property) -> "--" + property).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
			PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class })
	static class DatabaseConfiguration {

		@Bean
		InitializingBean userOfTheDatabase(DataSource dataSource) {
			return () -> dataSource.getConnection().close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class })
	static class RunningPoolConfiguration {

		@Bean
		HikariDataSource running(Environment environment) {
			HikariConfig config = new HikariConfig();
			config.setJdbcUrl(environment.getProperty("spring.datasource.url"));
			config.setUsername(environment.getProperty("spring.datasource.username"));
			return new HikariDataSource(config);
		}

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource bound(HikariDataSource running) {
			return running;
		}

	}

}
