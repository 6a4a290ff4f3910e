package dev.pgkeel.existing;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.util.Credentials;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that a password shows up nowhere.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

	private static final String CANARY = "canaryinthecoalmine";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@AfterEach
	void resetLevels() {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		logging.setLogLevel("ROOT", LogLevel.INFO);
		logging.setLogLevel("dev.pgkeel", null);
	}

	@ParameterizedTest
	@ValueSource(strings = { "--spring.datasource.password=" + CANARY,
			"--spring.datasource.hikari.data-source-properties.password=" + CANARY,
			"--spring.datasource.hikari.credentials-provider-class-name=dev.pgkeel.existing.SecretsTests$Vault" })
	void runningApplicationShowsNoPassword(String way, CapturedOutput output) throws Exception {
		List<String> shown = new ArrayList<>();
		// The driver prefers the URL's password to a provider's, so that the two cannot
		// come together
		String parameters = way.contains("provider") ? "" : "?password=" + CANARY;
		try (ConfigurableApplicationContext context = application(this.database.jdbcUrl() + parameters).run(way)) {
			assertThat(context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single()).isOne();
			shown.add(context.getBean(PgkeelEndpoint.class).pgkeel().toString());
			shown.add(context.getBean(PgkeelHealthIndicator.class).health().toString());
			context.getBean(EnvironmentEndpoint.class)
				.environment(null)
				.getPropertySources()
				.forEach((source) -> source.getProperties()
					.forEach((name, value) -> shown.add(name + "=" + value.getValue())));
			context.getBean(ConfigurationPropertiesReportEndpoint.class)
				.configurationProperties()
				.getContexts()
				.values()
				.forEach((described) -> described.getBeans()
					.forEach((name, bean) -> shown.add(name + "=" + bean.getProperties() + bean.getInputs())));
			Thread.getAllStackTraces().keySet().forEach((thread) -> shown.add(thread.getName()));
			shown.addAll(managedAttributes());
		}
		assertThat(shown).isNotEmpty().noneMatch((text) -> text.contains(CANARY));
		assertThat(leaks(output)).isEmpty();
	}

	@Test
	void failingApplicationShowsNoPassword(CapturedOutput output) {
		assertThatThrownBy(() -> application("jdbc:postgresql://127.0.0.1:1/notes?password=" + CANARY).run())
			.satisfies((ex) -> {
				for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
					assertThat(cause.toString()).doesNotContain(CANARY);
				}
			});
		assertThat(output.getOut()).contains("There is no connection to jdbc:postgresql://127.0.0.1:1/notes");
		assertThat(leaks(output)).isEmpty();
	}

	/**
	 * With all logging there is, but that of the JDK's HTTP client, which names each URL
	 * that it calls.
	 */
	private SpringApplication application(String url) {
		return new SpringApplicationBuilder(SecretsConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + url, "spring.datasource.username=" + this.database.username(),
					"spring.datasource.password=" + CANARY, "pgkeel.direct.password=" + CANARY,
					"pgkeel.alert.webhook.url=http://127.0.0.1:1/" + CANARY, "pgkeel.alert.thresholds.alert=1",
					"pgkeel.alert.thresholds.page=2", "pgkeel.alert.thresholds.panic=3",
					"pgkeel.monitor.interval=200ms", "pgkeel.preflight.timeout=1s",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30", "logging.level.root=trace",
					"logging.level.jdk.internal.httpclient=info", "spring.flyway.enabled=false",
					"spring.liquibase.enabled=false", "management.endpoints.jmx.exposure.include=*",
					"spring.jmx.enabled=true", "spring.datasource.hikari.register-mbeans=true",
					"spring.jpa.hibernate.ddl-auto=none")
			.build();
	}

	private static List<String> leaks(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains(CANARY)).toList();
	}

	private static List<String> managedAttributes() throws JMException, IOException {
		MBeanServer server = ManagementFactory.getPlatformMBeanServer();
		List<String> values = new ArrayList<>();
		for (ObjectName name : server.queryNames(null, null)) {
			if (name.getDomain().startsWith("java.") || name.getDomain().startsWith("JMImpl")) {
				continue;
			}
			for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
				try {
					values.add(String.valueOf(server.getAttribute(name, attribute.getName())));
				}
				catch (RuntimeMBeanException | JMException ex) {
					values.add(String.valueOf(ex));
				}
			}
		}
		return values;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class SecretsConfiguration {

	}

	/**
	 * Gives the password out to those who may have it.
	 */
	public static class Vault implements HikariCredentialsProvider {

		@Override
		public Credentials getCredentials() {
			return new Credentials("postgres", CANARY);
		}

	}

}
