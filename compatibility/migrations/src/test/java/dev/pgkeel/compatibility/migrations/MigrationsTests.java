package dev.pgkeel.compatibility.migrations;

import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link MigrationsApplication}: migrations come first, the scripts that refer
 * to their tables come next, and Hibernate, which needs those of the scripts, comes last.
 */
class MigrationsTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@ParameterizedTest
	@EnumSource
	void migrationsThenScriptsThenHibernate(Tool tool) {
		try (ConfigurableApplicationContext context = run(tool.enabled)) {
			assertThat(context.getBean("ordersAtStart")).isEqualTo(0L);
			context.getBean(OrderRepository.class).save(new Order(1));
		}
		try (ConfigurableApplicationContext context = run(tool.enabled)) {
			assertThat(context.getBean("ordersAtStart")).isEqualTo(1L);
		}
		assertThat(count("pgkeel_schema_history")).isOne();
		assertThat(count(tool.history)).isOne();
	}

	/**
	 * The script that names a table which a migration changed is applied once more.
	 */
	@ParameterizedTest
	@EnumSource
	void nextReleaseComesInTheSameOrder(Tool tool) {
		run(tool.enabled).close();
		run(tool.enabled, tool.nextRelease,
				"pgkeel.schema.locations=classpath:db/pgkeel/*.sql,classpath:db/pgkeel-2/*.sql")
			.close();
		assertThat(count("loyal_customers")).isZero();
		assertThat(this.database.query("select string_agg(script, ' ' order by id) from pgkeel_schema_history",
				String.class))
			.isEqualTo("1_orders.sql 1_orders.sql 2_loyal.sql");
		assertThat(count(tool.history)).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void scriptsAreNotAppliedWhenAMigrationFails(Tool tool) {
		assertThatException().isThrownBy(() -> run(tool.enabled, tool.failing)).withStackTraceContaining("absent");
		assertThat(this.database.query("select to_regclass('pgkeel_schema_history') is null", Boolean.class)).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void poolOfAServerlessInstanceIsEnough(Tool tool) {
		run(tool.enabled, "pgkeel.runtime-profile=serverless", "pgkeel.schema.enabled=true").close();
		assertThat(count("orders")).isZero();
		assertThat(count(tool.history)).isOne();
	}

	private long count(String table) {
		return this.database.query("select count(*) from " + table, Long.class);
	}

	private ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(MigrationsApplication.class).web(WebApplicationType.NONE)
			.properties(this.database.properties())
			.run(Stream.of(properties).map("--"::concat).toArray(String[]::new));
	}

	/**
	 * What makes the migrations.
	 */
	enum Tool {

		/**
		 * Flyway, with {@code db/migration}.
		 */
		FLYWAY("spring.flyway.enabled=true", "flyway_schema_history",
				"spring.flyway.locations=classpath:db/migration,classpath:db/migration-2",
				"spring.flyway.locations=classpath:db/failing"),

		/**
		 * Liquibase, with {@code db/changelog}.
		 */
		LIQUIBASE("spring.liquibase.enabled=true", "databasechangelog",
				"spring.liquibase.change-log=classpath:db/changelog/since.yaml",
				"spring.liquibase.change-log=classpath:db/changelog/failing.yaml");

		private final String enabled;

		private final String history;

		private final String nextRelease;

		private final String failing;

		Tool(String enabled, String history, String nextRelease, String failing) {
			this.enabled = enabled;
			this.history = history;
			this.nextRelease = nextRelease;
			this.failing = failing;
		}

	}

}
