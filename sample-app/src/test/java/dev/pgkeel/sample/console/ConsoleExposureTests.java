package dev.pgkeel.sample.console;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.console.ConsolePools;
import dev.pgkeel.autoconfigure.PgkeelAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelConsoleAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelPoolAutoConfiguration;
import dev.pgkeel.sample.NotesApplicationTest;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.servlet.DispatcherServlet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for where the console is to be found, and where not.
 */
class ConsoleExposureTests {

	private static final String BEAN = "pgkeelConsoleEndpoint";

	private static final String WARNING = "pgkeel.console.enabled is set, but does nothing: Spring MVC does not serve";

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(DataSourceAutoConfiguration.class,
			PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class, PgkeelConsoleAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS)
		.withPropertyValues(TestServer.shared().newDatabase().properties())
		.withPropertyValues("management.endpoints.web.exposure.include=*");

	@ParameterizedTest
	@CsvSource({ "long-lived,,false", "serverless,,false", "auto,,false", "development,,true", "long-lived,true,true",
			"development,false,false" })
	void exposingEverythingIsNotEnoughInProduction(String profile, String enabled, boolean expected) {
		this.contextRunner
			.withPropertyValues("pgkeel.runtime-profile=" + profile,
					(enabled != null) ? "pgkeel.console.enabled=" + enabled : "other=1")
			.run((context) -> assertThat(context.containsBean(BEAN)).isEqualTo(expected));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=health",
			"management.endpoint.pgkeelconsole.access=NONE", "pgkeel.enabled=false" })
	void consoleBacksOff(String property) {
		this.contextRunner.withPropertyValues("pgkeel.console.enabled=true", property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BEAN));
	}

	@Test
	void otherFeaturesMayBeSwitchedOff() {
		this.contextRunner
			.withPropertyValues("pgkeel.console.enabled=true", "pgkeel.pool.enabled=false", "pgkeel.leak.enabled=false",
					"pgkeel.monitor.enabled=false", "pgkeel.alert.enabled=false", "pgkeel.schema.enabled=false",
					"pgkeel.transaction.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().hasBean(BEAN));
	}

	@Test
	void dataSourceThatNobodyNeededYetIsNotMadeToBeShown() {
		this.contextRunner.withPropertyValues("pgkeel.console.enabled=true")
			.withBean("reports", HikariDataSource.class, HikariDataSource::new, (definition) -> {
				definition.setLazyInit(true);
				((AbstractBeanDefinition) definition).setDefaultCandidate(false);
			})
			.run((context) -> {
				ConsolePools pools = context.getBean(ConsolePools.class);
				assertThat(pools.get()).hasSize(1);
				assertThat(context.getBeanFactory().containsSingleton("reports")).isFalse();
			});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void withoutSpringMvcThereIsNoConsole(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.console.enabled=true")
			.withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BEAN));
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void consoleThatIsServedAndAnApplicationWithoutAServerAreNotWarnedAbout(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.console.enabled=true")
			.run((context) -> assertThat(context).hasBean(BEAN));
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withPropertyValues(TestServer.shared().newDatabase().properties())
			.withPropertyValues("pgkeel.console.enabled=true", "management.endpoints.web.exposure.include=*")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BEAN));
		assertThat(output).doesNotContain(WARNING);
	}

	@Nested
	@NotesApplicationTest(properties = { "management.server.port=0",
			"management.endpoint.pgkeelconsole.show-values=never", "management.endpoints.web.base-path=/ops",
			"management.endpoints.web.path-mapping.pgkeelconsole=db/console", "pgkeel.monitor.interval=1s" })
	class OnAPortOfItsOwn {

		@Test
		void consoleIsThereAndNowhereElse(@Autowired RestTestClient client, @LocalServerPort int port,
				@LocalManagementPort int managementPort) {
			String page = get(client, managementPort, "/ops/db/console");
			assertThat(page).contains("\"console/console.js\"", "\"console/console.css\"").doesNotContain("@path@");
			assertThat(get(client, managementPort, "/ops/db/console/console.js")).contains("refresh()");
			assertThat(get(client, managementPort, "/ops/db/console/data")).contains("\"verdict\"")
				.doesNotContain("\"database\"", "\"user\"");
			client.get()
				.uri("http://localhost:" + managementPort + "/ops/db/console")
				.accept(MediaType.TEXT_HTML)
				.exchange()
				.expectHeader()
				.contentType("text/html;charset=UTF-8")
				.expectHeader()
				.exists("Content-Security-Policy");
			for (String part : new String[] { "/other", "/stack", "/stack?pool=dataSource&pid=1" }) {
				client.get()
					.uri("http://localhost:" + managementPort + "/ops/db/console" + part)
					.exchange()
					.expectStatus()
					.isNotFound();
			}
			client.get()
				.uri("http://localhost:" + managementPort + "/ops/db/console/stack?pool=dataSource&pid=x")
				.exchange()
				.expectStatus()
				.isBadRequest();
			client.get().uri("http://localhost:" + port + "/ops/db/console").exchange().expectStatus().isNotFound();
			client.post()
				.uri("http://localhost:" + managementPort + "/ops/db/console")
				.exchange()
				.expectStatus()
				.is4xxClientError();
		}

		private String get(RestTestClient client, int port, String path) {
			return client.get()
				.uri("http://localhost:" + port + path)
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody();
		}

	}

}
