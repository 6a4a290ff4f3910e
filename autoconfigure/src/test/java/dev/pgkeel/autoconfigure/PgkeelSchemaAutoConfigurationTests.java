package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PgkeelSchemaAutoConfiguration}. The scripts are those of
 * {@code src/test/resources/db/pgkeel}.
 */
@ExtendWith(OutputCaptureExtension.class)
class PgkeelSchemaAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceInitializationAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties());

	@Test
	void scriptsOfTheDefaultLocationAreApplied(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			assertThat(context.getBean(SchemaInitializer.class).report().scripts()).extracting("name")
				.containsExactly("1_notes.sql", "2_more.sql", "10_index.sql");
			assertThat(tableExists("notes")).isTrue();
		});
		assertThat(output.getOut()).containsPattern("Schema applied: 3 scripts, \\d+ statements, \\d+ ms");
	}

	@Test
	void poolIsNotStartedForTheScripts() {
		this.contextRunner.run((context) -> assertThat(context.getBean(HikariDataSource.class).isRunning()).isFalse());
	}

	@Test
	void startingThreeTimesLeavesTheSameCatalog() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		String once = catalog();
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(catalog()).isEqualTo(once).contains("notes");
	}

	@Test
	void nothingAtTheLocationsMeansNothingHappens(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.schema.locations=classpath*:absent/*.sql").run((context) -> {
			assertThat(context.getBean(SchemaInitializer.class).report().outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
			assertThat(this.database.query("select count(*) from pg_tables where schemaname = 'public'", Long.class))
				.isZero();
		});
		assertThat(output.getOut().lines().filter((line) -> line.contains("dev.pgkeel.schema"))).isEmpty();
	}

	@Test
	void withoutScriptsTheMainDataSourceMayNeedAnotherOne() {
		Predicate<String> scripts = (name) -> name.startsWith("db/pgkeel");
		this.contextRunner.withClassLoader(new FilteredClassLoader(scripts))
			.withPropertyValues("spring.sql.init.mode=never")
			.withUserConfiguration(RoutedByAnother.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(SchemaInitializer.class)
				.extracting((initializer) -> initializer.report().outcome())
				.isEqualTo(Outcome.NOTHING_TO_DO));
	}

	@Test
	void verifyOnlyReportsInObserveMode(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.schema.mode=verify", "pgkeel.mode=observe").run((context) -> {
			assertThat(context.getBean(SchemaInitializer.class).report().outcome()).isEqualTo(Outcome.NOT_APPLIED);
			assertThat(tableExists("notes")).isFalse();
		});
		assertThat(output)
			.contains("The start would have been refused: pgkeel.schema.mode is verify, but schema scripts"
					+ " would have to be applied: 1_notes.sql (new)")
			.doesNotContain("Schema unchanged");
	}

	@Test
	void disabledMeansNoScriptIsApplied() {
		this.contextRunner.withPropertyValues("pgkeel.schema.enabled=false").run(noScriptIsApplied());
		this.contextRunner.withPropertyValues("pgkeel.enabled=false").run(noScriptIsApplied());
	}

	private ContextConsumer<AssertableApplicationContext> noScriptIsApplied() {
		return (context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(SchemaInitializer.class);
			assertThat(tableExists("notes")).isFalse();
		};
	}

	@Test
	void observeModeAppliesScriptsToo() {
		this.contextRunner.withPropertyValues("pgkeel.mode=observe")
			.run((context) -> assertThat(tableExists("notes")).isTrue());
	}

	@Test
	void serverlessOnlySaysHowToApply(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=serverless").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(tableExists("notes")).isFalse();
		});
		assertThat(output.getOut().lines().filter((line) -> line.contains("dev.pgkeel.schema"))).singleElement()
			.asString()
			.contains(" INFO ", "3 scripts not applied", "deploy step");
	}

	@Test
	void serverlessAppliesWhenAskedTo() {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=serverless", "pgkeel.schema.enabled=true")
			.run((context) -> assertThat(tableExists("notes")).isTrue());
	}

	@Test
	void failedScriptIsExplained() {
		this.contextRunner.withPropertyValues("pgkeel.schema.locations=classpath:db/broken/*.sql").run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription())
				.startsWith("1_broken.sql:3:48: column \"tenant\" does not exist (SQLSTATE 42703, statement 2)");
			assertThat(analysis.getAction()).contains("Nothing of the schema scripts was applied");
			assertThat(tableExists("broken")).isFalse();
		});
	}

	@Test
	void socketTimeoutInAScriptIsNoUnreachableServer(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("1_slow.sql"), "select 1;\nselect pg_sleep(60)");
		this.contextRunner
			.withPropertyValues("pgkeel.schema.locations=file:" + folder + "/*.sql",
					"spring.datasource.url=" + this.database.jdbcUrl() + "?socketTimeout=5")
			.run((context) -> {
				FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith("The schema scripts could not be applied: ")
					.endsWith(" (SQLSTATE 08006, at 1_slow.sql:1:1 or after it)");
				assertThat(analysis.getAction())
					.startsWith("The server took longer to answer than the driver's socketTimeout allows: raise it");
			});
	}

	@Test
	void connectionThatBreaksInAScriptIsNoUnreachableServer(@TempDir Path folder) throws Exception {
		Files.writeString(folder.resolve("1_slow.sql"), "select 1;\nselect pg_sleep(60)");
		PgProxy proxy = PgProxy.to(this.database.jdbcUrl());
		Thread breaker = new Thread(() -> {
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::sleeps);
			proxy.close();
		});
		breaker.start();
		this.contextRunner
			.withPropertyValues("pgkeel.schema.locations=file:" + folder + "/*.sql",
					"spring.datasource.url=" + proxy.jdbcUrl(this.database.name()))
			.run((context) -> {
				FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith("The schema scripts could not be applied: ")
					.endsWith(", at 1_slow.sql:1:1 or after it)");
				assertThat(analysis.getAction()).startsWith("Make the database reachable.");
			});
		breaker.join();
	}

	private boolean sleeps() {
		return this.database.query("select exists (select from pg_stat_activity where query like '%pg_sleep(60)'"
				+ " and datname = current_database())", Boolean.class);
	}

	@Test
	void missingLocationIsExplained() {
		this.contextRunner.withPropertyValues("pgkeel.schema.locations=classpath:db/absent.sql").run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription())
				.isEqualTo("pgkeel.schema.locations names 'classpath:db/absent.sql', but no such file exists");
			assertThat(analysis.getAction()).contains("optional:classpath:db/absent.sql");
		});
	}

	@Test
	void flywayComesFirst() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("pgkeel.schema.locations=classpath:db/after-flyway.sql")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.database.query("select count(*) from from_flyway", Long.class)).isOne();
	}

	@Test
	void liquibaseComesFirst() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
			.withPropertyValues("spring.liquibase.change-log=classpath:db/test-changelog.xml",
					"pgkeel.schema.locations=classpath:db/after-liquibase.sql")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.database.query("select count(*) from from_liquibase", Long.class)).isOne();
	}

	@Test
	void bootsOwnScriptComesFirst() {
		this.contextRunner
			.withPropertyValues("spring.sql.init.mode=always",
					"spring.sql.init.schema-locations=classpath:db/boot-schema.sql",
					"pgkeel.schema.locations=classpath:db/after-boot.sql")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.database.query("select count(*) from from_boot", Long.class)).isOne();
	}

	@Test
	void jdbcTemplateWaitsForTheScripts() {
		this.contextRunner.withUserConfiguration(EagerJdbcConfiguration.class)
			.run((context) -> assertThat(context.getBean("notesAtStart")).isEqualTo(0L));
	}

	@Test
	void jpaWaitsForTheScripts() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
			.withUserConfiguration(JpaConfiguration.class)
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=validate")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(EntityManagerFactory.class));
	}

	@Test
	void jooqWaitsForTheScripts() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(JooqAutoConfiguration.class))
			.withUserConfiguration(EagerJooqConfiguration.class)
			.run((context) -> assertThat(context.getBean("notesAtStart")).isEqualTo(0));
	}

	@Test
	void otherPoolIsAskedForAConnection() {
		this.contextRunner
			.withPropertyValues("spring.datasource.type=org.springframework.jdbc.datasource.SimpleDriverDataSource")
			.run((context) -> {
				assertThat(context).hasSingleBean(SimpleDriverDataSource.class);
				assertThat(tableExists("notes")).isTrue();
			});
	}

	@Test
	void otherDatabaseHasNoScripts(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:schema", "spring.datasource.username=sa",
					"spring.datasource.password=")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(SchemaInitializer.class).report().outcome())
					.isEqualTo(Outcome.NOTHING_TO_DO);
			});
		assertThat(output.getOut().lines().filter((line) -> line.contains("dev.pgkeel.schema"))).isEmpty();
	}

	@Test
	void severalDataSourcesWithoutAPrimaryOneHaveNoScripts() {
		this.contextRunner.withUserConfiguration(TwoDataSourcesConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SchemaInitializer.class));
	}

	private boolean tableExists(String name) {
		return this.database.query("select to_regclass('" + name + "') is not null", Boolean.class);
	}

	private String catalog() {
		return this.database.query("""
				select string_agg(c::text, ' ' order by c.oid) from
				  (select oid, relname, relkind, xmin::text, relfilenode from pg_class
				   where relnamespace = 'public'::regnamespace) c""", String.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class EagerJdbcConfiguration {

		@Bean
		Long notesAtStart(JdbcTemplate jdbc) {
			return jdbc.queryForObject("select count(*) from notes", Long.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EagerJooqConfiguration {

		@Bean
		Integer notesAtStart(DSLContext jooq) {
			return jooq.fetchCount(jooq.selectFrom("notes"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class JpaConfiguration {

	}

	@Entity
	@Table(name = "notes")
	static class Note {

		@Id
		private Integer id;

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDataSourcesConfiguration {

		@Bean
		DataSource first() {
			return new SimpleDriverDataSource();
		}

		@Bean
		DataSource second() {
			return new SimpleDriverDataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RoutedByAnother {

		@Bean
		DataSource tenants() {
			return pool();
		}

		@Bean
		JdbcTemplate tenantsJdbcTemplate(@Qualifier("tenants") DataSource tenants) {
			return new JdbcTemplate(tenants);
		}

		@Bean
		@Primary
		DataSource main(@Qualifier("tenantsJdbcTemplate") JdbcTemplate tenants) {
			assertThat(tenants.queryForObject("select 1", Integer.class)).isOne();
			return pool();
		}

		private static HikariDataSource pool() {
			TestDatabase database = TestServer.shared().newDatabase();
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(database.jdbcUrl());
			pool.setUsername(database.username());
			pool.setPassword(database.password());
			return pool;
		}

	}

}
