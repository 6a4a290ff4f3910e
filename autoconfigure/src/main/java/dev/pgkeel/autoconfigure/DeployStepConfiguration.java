package dev.pgkeel.autoconfigure;

import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport;
import dev.pgkeel.schema.SchemaReport.Outcome;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition.ConfigurationPhase;

/**
 * Ends the application once its schema scripts are applied, and leaves out whatever else
 * it would do.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(DeployStepConfiguration.OnDeployStep.class)
class DeployStepConfiguration {

	private static final Log logger = LogFactory.getLog(DeployStepConfiguration.class);

	@Bean
	static BeanFactoryPostProcessor pgkeelDeployStepBeans() {
		return (beanFactory) -> {
			OneShotBeans.restrict(beanFactory);
			for (String name : beanFactory.getBeanNamesForType(SchemaInitializer.class, true, false)) {
				beanFactory.getBeanDefinition(name).setLazyInit(false);
			}
		};
	}

	@Bean
	ApplicationListener<ApplicationStartedEvent> pgkeelDeployStepEnd(SchemaInitializer initializer) {
		return (event) -> {
			SchemaReport report = initializer.report();
			logger.info(message(report.outcome()));
			SpringApplication.exit(event.getApplicationContext());
		};
	}

	private static String message(Outcome outcome) {
		return switch (outcome) {
			case APPLIED, UNCHANGED -> "Schema applied.";
			case DRY_RUN -> "Schema dry run: all was rolled back.";
			case NOT_APPLIED -> "Schema not applied.";
			case NOTHING_TO_DO, PENDING -> "No schema scripts to apply.";
		};
	}

	/**
	 * Matches when the application is to stop once its schema scripts are applied.
	 */
	static class OnDeployStep extends AnyNestedCondition {

		OnDeployStep() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnBooleanProperty("pgkeel.schema.dry-run")
		static class DryRun {

		}

		@ConditionalOnBooleanProperty("pgkeel.schema.exit-after-apply")
		static class ExitAfterApply {

		}

	}

}
