package dev.pgkeel.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.console.ConsoleView;
import dev.pgkeel.tls.BundleSocketFactory;
import dev.pgkeel.tls.NegotiatingSocketFactory;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.ReflectionHintsPredicates;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.AbstractScriptDatabaseInitializer;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what a native image is told to keep.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuntimeHintsTests {

	private static final ReflectionHintsPredicates REFLECTION = RuntimeHintsPredicates.reflection();

	private final RuntimeHints hints = processed();

	@Test
	void settingsOfAPoolCanBeCopied() throws NoSuchFieldException {
		assertThat(REFLECTION.onFieldAccess(HikariConfig.class.getDeclaredField("maxPoolSize"))).accepts(this.hints);
	}

	@Test
	void driverCanMakeTheSocketFactories() throws NoSuchMethodException {
		assertThat(REFLECTION.onConstructorInvocation(BundleSocketFactory.class.getConstructor(String.class)))
			.accepts(this.hints);
		assertThat(REFLECTION.onConstructorInvocation(NegotiatingSocketFactory.class.getConstructor()))
			.accepts(this.hints);
	}

	@Test
	void toolsAreRecognized() throws NoSuchFieldException {
		assertThat(REFLECTION.onFieldAccess(AbstractScriptDatabaseInitializer.class.getDeclaredField("settings")))
			.accepts(this.hints);
		assertThat(REFLECTION.onFieldAccess(DataSourceScriptDatabaseInitializer.class.getDeclaredField("dataSource")))
			.accepts(this.hints);
		assertThat(REFLECTION.onType(Flyway.class)).accepts(this.hints);
		assertThat(REFLECTION.onType(FlywayDataSource.class)).accepts(this.hints);
		assertThat(REFLECTION.onType(SpringLiquibase.class)).accepts(this.hints);
	}

	@Test
	void metadataOfThePropertiesIsKept() {
		assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/spring-configuration-metadata.json"))
			.accepts(this.hints);
	}

	@Test
	void propertiesCanBeBound() {
		assertThat(REFLECTION.onType(SchemaProperties.class)).accepts(this.hints);
		assertThat(REFLECTION.onType(PgkeelProperties.Tls.class)).accepts(this.hints);
	}

	@Test
	void scriptsInTheUsualPlaceAreKept() {
		assertThat(RuntimeHintsPredicates.resource().forResource("db/pgkeel/1_notes.sql")).accepts(this.hints);
	}

	@Test
	void otherFilesThatPropertiesNameAreKept() {
		RuntimeHints hints = processed(
				"pgkeel.schema.locations=file:/etc/notes/*.sql,classpath:a/*.sql,classpath*:/b/1_notes.sql,"
						+ "optional:classpath:c/1_note?.sql,classpath:d/**/1_notes.sql",
				"pgkeel.tls.root-certificate=classpath:/certificates/root.pem");
		assertThat(
				List.of("a/1_notes.sql", "b/1_notes.sql", "c/1_notes.sql", "d/e/1_notes.sql", "certificates/root.pem"))
			.allSatisfy((file) -> assertThat(RuntimeHintsPredicates.resource().forResource(file)).accepts(hints));
		assertThat(RuntimeHintsPredicates.resource().forResource("db/pgkeel/1_notes.sql")).rejects(hints);
	}

	@Test
	void endpointCanBeWrittenAsJson() {
		for (Class<?> shown : new Class<?>[] { PgkeelEndpoint.PgkeelDescriptor.class,
				PgkeelEndpoint.ServerDescriptor.class, PgkeelEndpoint.PoolDescriptor.class,
				PgkeelEndpoint.SettingDescriptor.class, PgkeelEndpoint.BudgetDescriptor.class }) {
			assertThat(REFLECTION.onMethodInvocation(shown, shown.getRecordComponents()[0].getName()))
				.accepts(this.hints);
		}
	}

	@Test
	void consoleHasItsFilesAndCanBeWrittenAsJson() {
		RuntimeHints hints = new RuntimeHints();
		new ConsoleRuntimeHints().registerHints(hints, getClass().getClassLoader());
		for (String file : new String[] { "console.html", "console.css", "console.js" }) {
			assertThat(RuntimeHintsPredicates.resource().forResource("dev/pgkeel/actuate/console/" + file))
				.accepts(hints);
		}
		assertThat(REFLECTION.onMethodInvocation(ConsoleView.class, "verdict")).accepts(hints);
	}

	@Test
	void anApplicationWithoutPgkeelKeepsNothingOfIt() {
		RuntimeHints hints = processed("pgkeel.enabled=false");
		assertThat(RuntimeHintsPredicates.resource().forResource("db/pgkeel/1_notes.sql")).rejects(hints);
		assertThat(REFLECTION.onType(BundleSocketFactory.class)).rejects(hints);
	}

	private static RuntimeHints processed(String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("management.endpoints.web.exposure.include=pgkeel");
		return ProcessedAheadOfTime.of(Application.class, all.toArray(String[]::new)).hints();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, EndpointAutoConfiguration.class,
			PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
			PgkeelToolGuardAutoConfiguration.class, PgkeelEndpointAutoConfiguration.class })
	static class Application {

	}

}
