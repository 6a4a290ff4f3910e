package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.PgkeelEndpoint.PgkeelDescriptor;
import dev.pgkeel.actuate.PgkeelEndpoint.SettingDescriptor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PgkeelEndpointAutoConfiguration} and {@link PgkeelEndpoint}.
 */
class PgkeelEndpointAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
				PgkeelEndpointAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("management.endpoints.jmx.exposure.include=pgkeel",
				"management.endpoints.web.exposure.include=pgkeel");

	@Test
	void endpointShowsServerPoolAndSchema() {
		this.contextRunner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=4").run((context) -> {
			PgkeelDescriptor descriptor = context.getBean(PgkeelEndpoint.class).pgkeel();
			assertThat(descriptor.server()).hasFieldOrPropertyWithValue("state", "answered")
				.hasFieldOrPropertyWithValue("role", "primary")
				.hasFieldOrPropertyWithValue("maxConnections", 100)
				.hasFieldOrPropertyWithValue("usableConnections", 97)
				.hasFieldOrPropertyWithValue("database", "******")
				.hasFieldOrPropertyWithValue("user", "******");
			assertThat(descriptor.visibility().seesAllSessions()).isTrue();
			assertThat(descriptor.server().connections()).isNotNull();
			assertThat(descriptor.pool()).containsOnlyKeys("dataSource");
			assertThat(descriptor.pool().get("dataSource").profile()).isEqualTo("long-lived");
			assertThat(descriptor.pool().get("dataSource").settings())
				.containsEntry("minimumIdle",
						new SettingDescriptor("2", "profile", "an idle instance leaves connections to others"))
				.hasEntrySatisfying("maximumPoolSize", (setting) -> assertThat(setting.source()).isEqualTo("user"));
			assertThat(descriptor.schema()).hasFieldOrPropertyWithValue("outcome", "applied");
			assertThat(descriptor.schema().created()).contains("table public.notes");
			assertThat(descriptor.schema().altered()).isEmpty();
			assertThat(descriptor.schema().dropped()).isEmpty();
			assertThat(descriptor.schema().drift()).isEmpty();
			assertThat(descriptor.schema().durationMs()).isPositive();
			assertThat(descriptor.schema().scripts()).hasSize(3).allSatisfy((script) -> {
				assertThat(script.checksum()).matches("[0-9a-f]{64}");
				assertThat(script.outcome()).isEqualTo("applied");
				assertThat(script.statements()).isOne();
			});
		});
	}

	@Test
	void endpointShowsWhatHadDrifted() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.database.execute("drop table notes cascade");
		this.contextRunner.run((context) -> {
			PgkeelDescriptor descriptor = context.getBean(PgkeelEndpoint.class).pgkeel();
			assertThat(descriptor.schema().drift()).contains("table public.notes is missing");
			assertThat(descriptor.schema().created()).contains("table public.notes");
		});
		this.contextRunner
			.run((context) -> assertThat(context.getBean(PgkeelEndpoint.class).pgkeel().schema().outcome())
				.isEqualTo("unchanged"));
	}

	@Test
	void endpointIsNotExposedByDefault() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelEndpointAutoConfiguration.class))
			.withPropertyValues(this.database.properties())
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgkeelEndpoint.class));
	}

	@Test
	void unreachableServerIsToldWithoutASecret() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent",
					"spring.datasource.password=canary", "pgkeel.schema.enabled=false",
					"spring.datasource.hikari.connection-timeout=300")
			.run((context) -> {
				PgkeelDescriptor descriptor = context.getBean(PgkeelEndpoint.class).pgkeel();
				assertThat(descriptor.server().state()).startsWith("does not answer (SQLSTATE ");
				assertThat(descriptor.schema()).isNull();
				assertThat(descriptor).asString().doesNotContain("canary");
			});
	}

	@Test
	void dataSourceThatDoesNotKnowItsServerHidesNothingElse() {
		this.contextRunner.withBean(DataSource.class, RoutingWithoutDefault::new)
			.withPropertyValues("pgkeel.schema.enabled=false")
			.run((context) -> {
				PgkeelDescriptor descriptor = context.getBean(PgkeelEndpoint.class).pgkeel();
				assertThat(descriptor.server().state())
					.isEqualTo("not asked: the data source gives no connection (IllegalStateException)");
				assertThat(descriptor.server().version()).isNull();
			});
	}

	@Test
	void nothingIsWatchedOnAnotherDatabase() {
		ApplicationContextRunner monitored = this.contextRunner
			.withConfiguration(AutoConfigurations.of(PgkeelMonitorAutoConfiguration.class))
			.withPropertyValues("pgkeel.schema.enabled=false");
		monitored.run((context) -> assertThat(context.getBean(PgkeelEndpoint.class).pgkeel().watch().connection())
			.isNotNull());
		monitored
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:watched", "spring.datasource.username=sa",
					"spring.datasource.password=")
			.run((context) -> assertThat(context.getBean(PgkeelEndpoint.class).pgkeel().watch()).isNull());
	}

	@Test
	void otherFeaturesMayBeSwitchedOff() {
		this.contextRunner.withPropertyValues("pgkeel.pool.enabled=false", "pgkeel.schema.enabled=false")
			.run((context) -> {
				PgkeelDescriptor descriptor = context.getBean(PgkeelEndpoint.class).pgkeel();
				assertThat(descriptor.pool().get("dataSource").settings()).isEmpty();
				assertThat(descriptor.schema()).isNull();
				assertThat(descriptor.server().version()).isNotNull();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.enabled=false", "management.endpoint.pgkeel.access=NONE" })
	void endpointBacksOff(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgkeelEndpoint.class));
	}

	@Test
	void missingActuatorMeansNothingHappens() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgkeelEndpoint.class));
	}

}
