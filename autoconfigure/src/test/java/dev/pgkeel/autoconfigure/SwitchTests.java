package dev.pgkeel.autoconfigure;

import java.util.Map;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport.ConditionAndOutcome;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the properties that switch a feature off, which take what Spring Boot takes
 * for a boolean.
 */
class SwitchTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
				PgkeelMonitorAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
				PgkeelTransactionAutoConfiguration.class))
		.withPropertyValues(this.database.properties());

	@ParameterizedTest
	@CsvSource({ "pgkeel.enabled, pgkeelDirectWay", "pgkeel.leak.enabled, pgkeelLeasedPools",
			"pgkeel.monitor.enabled, pgkeelServerMonitor", "pgkeel.alert.enabled, pgkeelConnectionAlerts",
			"pgkeel.schema.enabled, pgkeelSchemaInitializer", "pgkeel.transaction.enabled, pgkeelTransactionGuard" })
	void whatIsABooleanCounts(String property, String bean) {
		for (String yes : new String[] { "true", "yes", "on", "1", "TRUE", "", " ", "${absent:}" }) {
			this.contextRunner.withPropertyValues(property + "=" + yes)
				.run((context) -> assertThat(context).as(property + "=" + yes).hasNotFailed().hasBean(bean));
		}
		for (String no : new String[] { "false", "no", "off", "0", "False" }) {
			this.contextRunner.withPropertyValues(property + "=" + no)
				.run((context) -> assertThat(context).as(property + "=" + no).hasNotFailed().doesNotHaveBean(bean));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.enabled", "pgkeel.leak.enabled", "pgkeel.monitor.enabled", "pgkeel.alert.enabled",
			"pgkeel.schema.enabled", "pgkeel.transaction.enabled" })
	void whatIsNoneIsRefused(String property) {
		this.contextRunner.withPropertyValues(property + "=ture").run((context) -> {
			assertThat(context).hasFailed();
			assertThat(FailureAnalyses.of(context.getStartupFailure()).getDescription())
				.contains("Property: " + property + "\n", "Value: \"ture\"");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.leak.enabled", "pgkeel.monitor.enabled", "pgkeel.schema.enabled" })
	void nothingIsRefusedWherePgkeelIsOff(String property) {
		this.contextRunner.withPropertyValues("pgkeel.enabled=off", property + "=ture")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "off, pgkeel.leak.enabled is false", "on, pgkeel.leak.enabled is true",
			"'', pgkeel.leak.enabled is not set" })
	void reportSaysWhy(String value, String reason) {
		this.contextRunner.withPropertyValues("pgkeel.leak.enabled=" + value)
			.run((context) -> assertThat(ConditionEvaluationReport.get(context.getBeanFactory())
				.getConditionAndOutcomesBySource()
				.get(PgkeelLeaseAutoConfiguration.class.getName())).extracting(ConditionAndOutcome::getOutcome)
				.extracting((outcome) -> outcome.getMessage())
				.contains("@ConditionalOnSwitch " + reason));
	}

	@ParameterizedTest
	@CsvSource({ "PGKEEL_LEAK_ENABLED, pgkeelLeasedPools", "PGKEEL_SCHEMA_ENABLED, pgkeelSchemaInitializer" })
	void emptyVariableIsNotSet(String variable, String bean) {
		this.contextRunner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of(variable, ""))))
			.run((context) -> assertThat(context).hasNotFailed().hasBean(bean));
	}

}
