package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolBudget} where a pool's share is less than what it needs.
 */
@ExtendWith(OutputCaptureExtension.class)
class PoolBudgetTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("spring.datasource.url=" + this.database.directUrl(), "pgkeel.monitor.enabled=false");

	@Test
	void sizeThatCannotBeSmallerIsNotCalledLowered(CapturedOutput output) {
		fleetOf(200, "serverless").run((context) -> {
			assertSizes(context, 1, 0);
			assertThat(context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.BUDGET))
				.isEmpty();
		});
		assertThat(overBudget(output))
			.contains("over budget: 200 instances x 1 = 200 > 97 usable (100 - 3 reserved):" + " not even 1 each fits",
					"Run fewer instances")
			.doesNotContain("lowered", "use at most");
	}

	@Test
	void smallestSizeThatDoesNotFitEitherIsSaid(CapturedOutput output) {
		fleetOf(200, "long-lived").run((context) -> {
			assertSizes(context, 1, 1);
			assertThat(context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.BUDGET))
				.first()
				.satisfies((size) -> assertThat(size.reason()).contains("not even 1 each fits"));
		});
		assertThat(overBudget(output)).contains("over budget, though lowered to 1: 200 instances x 10 = 2000 > 97",
				"Run fewer instances");
	}

	@Test
	void noSizeIsAskedForWhereNoneFits() {
		fleetOf(200, "serverless").withPropertyValues("pgkeel.pool.over-budget=fail")
			.run((context) -> assertThat(action(context))
				.contains("Run fewer instances", "pgkeel.fleet.instances", "a pooler", "max_connections",
						"pgkeel.fleet.max-connections", "clamp or warn")
				.doesNotContain("maximum-pool-size"));
	}

	@Test
	void sizeThatFitsIsAskedFor() {
		fleetOf(20, "long-lived").withPropertyValues("pgkeel.pool.over-budget=fail")
			.run((context) -> assertThat(action(context))
				.startsWith("Set spring.datasource.hikari.maximum-pool-size to 4 or less"));
	}

	@ParameterizedTest
	@CsvSource({ "serverless, 'over budget: 60 instances x 2 = 120 > 97'",
			"long-lived, 'over budget, though lowered to 2: 60 instances x 10 = 600 > 97'" })
	void poolThatFlywayBorrowsFromKeepsTwo(String profile, String says, CapturedOutput output) {
		fleetOf(60, profile).withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class)).run((context) -> {
			assertThat(context).hasSingleBean(Flyway.class);
			assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize()).isEqualTo(2);
		});
		assertThat(overBudget(output)).contains(says, "Flyway needs 2", "spring.flyway.url");
	}

	@Test
	void sizeThatWouldStarveFlywayIsNotAskedFor() {
		fleetOf(60, "serverless").withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("pgkeel.pool.over-budget=fail")
			.run((context) -> assertThat(action(context)).contains("Flyway needs 2", "spring.flyway.url")
				.doesNotContain("maximum-pool-size"));
	}

	@ParameterizedTest
	@CsvSource({ "10, 'over budget: 20 instances x 10 = 200 > 97'",
			"6, 'over budget, though lowered to 6: 20 instances x 10 = 200 > 97'" })
	void minimumOfTheUserIsNeverLowered(int minimumIdle, String says, CapturedOutput output) {
		fleetOf(20, "long-lived").withPropertyValues("spring.datasource.hikari.minimum-idle=" + minimumIdle)
			.run((context) -> assertSizes(context, minimumIdle, minimumIdle));
		assertThat(overBudget(output)).contains(says, "spring.datasource.hikari.minimum-idle");
	}

	@Test
	void minimumThatTheUsersCodeSetsIsNeverLowered() {
		fleetOf(20, "long-lived").withBean("resizing", BeanPostProcessor.class, () -> new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				if (bean instanceof HikariDataSource pool) {
					pool.setMinimumIdle(6);
				}
				return bean;
			}

		}).run((context) -> assertThat(context.getBean(HikariDataSource.class).getMinimumIdle()).isEqualTo(6));
	}

	@Test
	void minimumOfTheUserThatFitsIsNoObstacle(CapturedOutput output) {
		fleetOf(20, "long-lived").withPropertyValues("spring.datasource.hikari.minimum-idle=3")
			.run((context) -> assertSizes(context, 4, 3));
		assertThat(overBudget(output)).contains("over budget, and lowered: ").doesNotContain("minimum-idle");
	}

	@ParameterizedTest
	@CsvSource({ "fail, 20, serverless, 'would have set maximumPoolSize=1, which fits'",
			"clamp, 15, development, 'would have set maximumPoolSize=5, which fits'",
			"clamp, 30, development, would have been lowered to 3",
			"fail, 30, development, would have failed the start" })
	void observedPoolIsJudgedByTheSizeOfTheProfile(String overBudget, int instances, String profile, String says,
			CapturedOutput output) {
		fleetOf(instances, profile).withPropertyValues("pgkeel.mode=observe", "pgkeel.pool.over-budget=" + overBudget)
			.run((context) -> assertSizes(context, 10, -1));
		assertThat(overBudget(output)).endsWith("Observed only: " + says);
	}

	@Test
	void observedPoolIsJudgedByTheMinimumOfTheUserToo(CapturedOutput output) {
		fleetOf(20, "serverless")
			.withPropertyValues("pgkeel.mode=observe", "pgkeel.pool.over-budget=fail",
					"spring.datasource.hikari.minimum-idle=5")
			.run((context) -> assertSizes(context, 10, 5));
		assertThat(overBudget(output)).endsWith("Observed only: would have failed the start");
	}

	private ApplicationContextRunner fleetOf(int instances, String profile) {
		return this.contextRunner.withPropertyValues("pgkeel.fleet.instances=" + instances,
				"pgkeel.runtime-profile=" + profile);
	}

	private static void assertSizes(AssertableApplicationContext context, int maximum, int minimum) {
		HikariDataSource pool = context.getBean(HikariDataSource.class);
		assertThat(pool.getMaximumPoolSize()).isEqualTo(maximum);
		assertThat(pool.getMinimumIdle()).isEqualTo(minimum);
	}

	private static String overBudget(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("over budget")).findFirst().orElse("");
	}

	private static String action(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
		return String.valueOf(analysis.getAction());
	}

}
