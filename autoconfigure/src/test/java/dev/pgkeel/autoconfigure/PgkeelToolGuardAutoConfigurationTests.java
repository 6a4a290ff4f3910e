package dev.pgkeel.autoconfigure;

import java.util.List;

import dev.pgkeel.entities.GuardedNote;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import jakarta.persistence.EntityManagerFactory;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.batch.jdbc.autoconfigure.BatchJdbcAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PgkeelToolGuardAutoConfiguration}, with the real tools.
 */
@ExtendWith(OutputCaptureExtension.class)
class PgkeelToolGuardAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceInitializationAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
				PgkeelToolGuardAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("pgkeel.runtime-profile=long-lived", "pgkeel.schema.locations=classpath*:absent/*.sql");

	private final ApplicationContextRunner hibernate = this.contextRunner
		.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
		.withUserConfiguration(EntityConfiguration.class);

	@BeforeEach
	void fill() {
		this.database.execute("create table note (id bigint primary key); insert into note values (1);"
				+ " create table untouched (id int); insert into untouched values (1)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.jpa.hibernate.ddl-auto=create", "spring.jpa.hibernate.ddl-auto=create-drop",
			"spring.jpa.properties.hibernate.hbm2ddl.auto=create",
			"spring.jpa.properties.jakarta.persistence.schema-generation.database.action=CREATE_DROP",
			"spring.jpa.properties.jakarta.persistence.schema-generation.database.action=TRUNCATE",
			"spring.jpa.properties.jakarta.persistence.schema-generation.database.action=CREATE",
			"spring.jpa.properties.jakarta.persistence.schema-generation.database.action=drop-and-create",
			"spring.jpa.properties.jakarta.persistence.schema-generation.database.action=drop" })
	void hibernateIsRefusedBeforeItDropsRows(String setting) {
		for (String deferred : List.of("false", "true")) {
			this.hibernate.withPropertyValues(setting, "spring.jpa.defer-datasource-initialization=" + deferred)
				.run((context) -> {
					assertThat(context).hasFailed();
					FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
					assertThat(analysis.getDescription()).contains("would drop 1 table that holds rows: public.note")
						.doesNotContain("untouched");
					assertThat(analysis.getAction()).contains("spring.jpa.hibernate.ddl-auto=validate",
							"pgkeel.schema.tool-guard=warn");
				});
			assertThat(rows("note")).isEqualTo(1);
		}
	}

	/**
	 * JPA's {@code create} only creates, and Hibernate looks at its own setting only
	 * where JPA's is not set.
	 */
	@Test
	void creatingInJpasWayDropsNothing() {
		this.hibernate
			.withPropertyValues("spring.jpa.properties.jakarta.persistence.schema-generation.database.action=create",
					"spring.jpa.properties.hibernate.hbm2ddl.auto=create-drop")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(rows("note")).isEqualTo(1);
	}

	@Test
	void toolThatAPostProcessorNeedsIsRefusedToo() {
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create")
			.withUserConfiguration(PostProcessorConfiguration.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(ToolGuardException.class));
		assertThat(rows("note")).isEqualTo(1);
	}

	@Test
	void everyTableCountsWhereTheApplicationNamesThemItself() {
		this.database.execute("alter table note rename to t_note; create table flyway_schema_history (id int);"
				+ " insert into flyway_schema_history values (1); create table shapes (id int);"
				+ " insert into shapes values (1); create extension pg_trgm; alter extension pg_trgm add table shapes");
		for (String strategy : List.of("physical-strategy", "implicit-strategy")) {
			this.hibernate
				.withPropertyValues("spring.jpa.hibernate.ddl-auto=create",
						"spring.jpa.hibernate.naming." + strategy + "=com.example.PrefixStrategy")
				.run((context) -> assertThat(FailureAnalyses.of(context.getStartupFailure()).getDescription())
					.contains("would drop 2 tables that hold rows: public.t_note, public.untouched"));
		}
		assertThat(rows("t_note")).isEqualTo(1);
	}

	@Test
	void hibernatesOwnNamesAreKnown() {
		this.hibernate
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=create",
					"spring.jpa.hibernate.naming.physical-strategy="
							+ "org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl")
			.run((context) -> assertThat(FailureAnalyses.of(context.getStartupFailure()).getDescription())
				.contains("would drop 1 table that holds rows: public.note"));
	}

	@Test
	void hibernateMayCreateWhereNoRowIsLost() {
		this.database.execute("delete from note");
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create")
			.run((context) -> assertThat(context).hasSingleBean(EntityManagerFactory.class));
		assertThat(rows("untouched")).isEqualTo(1);
	}

	@Test
	void hibernateThatMakesNothingIsLeftAlone(CapturedOutput output) {
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=none")
			.run((context) -> assertThat(context).hasSingleBean(EntityManagerFactory.class));
		assertThat(output).doesNotContain("ddl-auto=validate, and");
	}

	@Test
	void updateIsOnlyWarnedAbout(CapturedOutput output) {
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=update")
			.run((context) -> assertThat(context).hasSingleBean(EntityManagerFactory.class));
		assertThat(output).contains("hibernate.hbm2ddl.auto=update changes tables in ways that nobody has read");
	}

	@Test
	void guardThatIsOffSaysNothingOfUpdateAndClean(CapturedOutput output) {
		this.hibernate.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=update", "spring.flyway.clean-disabled=false",
					"spring.flyway.baseline-on-migrate=true", "spring.flyway.baseline-version=0",
					"pgkeel.schema.tool-guard=off")
			.run((context) -> assertThat(context).hasSingleBean(EntityManagerFactory.class));
		assertThat(output).doesNotContain("changes tables in ways", "clean would drop");
	}

	@Test
	void observeModeAndWarnReport(CapturedOutput output) {
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "pgkeel.mode=observe")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output)
			.contains("The start would have been refused: hibernate.hbm2ddl.auto=create would drop 1 table");
		this.database.execute("insert into note values (1)");
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "pgkeel.schema.tool-guard=warn")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(rows("note")).isZero();
	}

	@Test
	void observeModeDoesNotThreatenWhereItWouldOnlyBeWarned(CapturedOutput output) {
		this.hibernate
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "pgkeel.mode=observe",
					"pgkeel.schema.tool-guard=warn")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("hibernate.hbm2ddl.auto=create would drop 1 table")
			.doesNotContain("would have been refused");
	}

	@Test
	void developmentOnlyWarns(CapturedOutput output) {
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "pgkeel.runtime-profile=development")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("hibernate.hbm2ddl.auto=create would drop 1 table that holds rows: public.note");
	}

	@Test
	void offInYamlIsNoBoolean(CapturedOutput output) throws Exception {
		PropertySource<?> yaml = new YamlPropertySourceLoader()
			.load("yaml", new ByteArrayResource("pgkeel:\n  schema:\n    tool-guard: off\n".getBytes()))
			.get(0);
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create")
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(yaml))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("would drop");
	}

	@Test
	void disabledMeansNobodyLooks() {
		this.hibernate.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "pgkeel.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ToolGuard.class));
	}

	@Test
	void liquibaseIsRefusedBeforeItDropsFirst() {
		ApplicationContextRunner liquibase = this.contextRunner
			.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
			.withPropertyValues("spring.liquibase.change-log=classpath:db/dropping/changelog.yaml",
					"spring.liquibase.drop-first=true");
		liquibase.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessage("spring.liquibase.drop-first=true would drop 2 tables that hold rows: public.note,"
					+ " public.untouched"));
		assertThat(rows("note")).isEqualTo(1);
		liquibase.withPropertyValues("spring.liquibase.drop-first=false")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void allThatTripAreListed() {
		this.hibernate.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
			.withPropertyValues("spring.liquibase.change-log=classpath:db/dropping/changelog.yaml",
					"spring.liquibase.drop-first=true", "spring.jpa.hibernate.ddl-auto=create",
					"spring.sql.init.mode=always", "spring.sql.init.schema-locations=classpath:db/dropping/drop.sql")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContainingAll("spring.liquibase.drop-first=true", "hibernate.hbm2ddl.auto=create",
						"a script with DROP or TRUNCATE that is always run: classpath:db/dropping/drop.sql",
						" would drop ")
				.asInstanceOf(InstanceOfAssertFactories.type(ToolGuardException.class))
				.extracting(ToolGuardException::getAction)
				.asString()
				.contains("spring.liquibase.drop-first=false", "spring.jpa.hibernate.ddl-auto=validate",
						"spring.sql.init.mode=never"));
	}

	@Test
	void mockedFlywayIsLeftAlone() {
		this.contextRunner.withBean(Flyway.class, () -> mock(Flyway.class))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void flywayIsLeftAloneAndItsCleanWarnedAbout(CapturedOutput output) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.flyway.clean-disabled=false", "spring.flyway.baseline-on-migrate=true",
					"spring.flyway.baseline-version=0")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("spring.flyway.clean-disabled=false: Flyway's clean would drop all objects");
	}

	@Test
	void scriptsThatDropAreRefused() {
		ApplicationContextRunner scripts = this.contextRunner
			.withPropertyValues("spring.sql.init.schema-locations=classpath:db/dropping/drop.sql");
		scripts.withPropertyValues("spring.sql.init.mode=always")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("db/dropping/drop.sql would drop 1 table that holds rows: public.note"));
		assertThat(rows("note")).isEqualTo(1);
		scripts.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void springBatchMayCreateItsTablesAndNotDropThem() {
		ApplicationContextRunner batch = this.contextRunner
			.withConfiguration(AutoConfigurations.of(TransactionAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, BatchJdbcAutoConfiguration.class))
			.withPropertyValues("spring.batch.jdbc.initialize-schema=always", "spring.batch.job.enabled=false");
		batch.run((context) -> assertThat(context).hasNotFailed());
		this.database.execute("insert into batch_job_instance values (1, 0, 'job', 'key')");
		batch.run((context) -> assertThat(context).hasNotFailed());
		batch
			.withPropertyValues(
					"spring.batch.jdbc.schema=classpath:org/springframework/batch/core/schema-drop-postgresql.sql")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("would drop 1 table that holds rows: public.batch_job_instance"));
		assertThat(rows("batch_job_instance")).isEqualTo(1);
	}

	@Test
	void noToolMeansNoConnection() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(PgkeelAutoConfiguration.class, PgkeelToolGuardAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.orm", "org.flywaydb", "liquibase",
					"jakarta.persistence"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ToolGuard.class));
	}

	private long rows(String table) {
		return this.database.query("select count(*) from " + table, Long.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class PostProcessorConfiguration {

		@Bean
		static BeanPostProcessor needsTheDatabase(EntityManagerFactory entityManagers) {
			return new BeanPostProcessor() {
			};
		}

	}

	/**
	 * Maps the table {@code note}.
	 */
	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = GuardedNote.class)
	static class EntityConfiguration {

	}

}
