package dev.pgkeel.autoconfigure;

import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.schema.SchemaScriptException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration of the deploy step and the dry run: the application ends once its
 * schema scripts are applied, and does nothing else.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelSchemaAutoConfiguration.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ConditionalOnSwitch("pgkeel.schema.enabled")
@Conditional(PgkeelDeployStepAutoConfiguration.OnDeployStep.class)
public class PgkeelDeployStepAutoConfiguration {

	static final String END = "pgkeelDeployStepEnd";

	private static final Log logger = LogFactory.getLog(PgkeelDeployStepAutoConfiguration.class);

	/**
	 * The application's beans are made only where something asks for them, none of them
	 * is started or hears the start, and its runners do not run.
	 */
	@Bean
	static BeanFactoryPostProcessor pgkeelDeployStepBeans(ConfigurableEnvironment environment) {
		return (beanFactory) -> {
			if (!DeployStepEnvironmentPostProcessor.isDeployStep(environment)) {
				return;
			}
			OneShotBeans.restrict(beanFactory, END);
			for (String name : beanFactory.getBeanNamesForType(SchemaInitializer.class, true, false)) {
				beanFactory.getBeanDefinition(name).setLazyInit(false);
			}
		};
	}

	@Bean(END)
	ApplicationListener<ApplicationStartedEvent> pgkeelDeployStepEnd(
			ObjectProvider<SchemaInitializer> pgkeelSchemaInitializer, ConfigurableEnvironment environment) {
		return (event) -> {
			if (!DeployStepEnvironmentPostProcessor.isDeployStep(environment)) {
				return;
			}
			SchemaInitializer applied = pgkeelSchemaInitializer.getIfAvailable();
			if (applied == null) {
				throw new SchemaScriptException(
						"The schema scripts were to be applied, but there is no data source for"
								+ " them: either none, or several and none of them primary",
						"Mark the data source that the scripts are for with @Primary.", null);
			}
			if (applied.leftScriptsAlone()) {
				throw new SchemaScriptException(
						"The schema scripts were to be applied, but pgkeel.schema.mode is verify, or the database is"
								+ " not PostgreSQL 14 or later",
						"Set pgkeel.schema.mode=on-change for this step, correct the data source's URL, or upgrade"
								+ " the server.",
						null);
			}
			logger.info(message(applied.report().outcome()));
			OneShotBeans.closeAfter(Thread.currentThread(), event.getApplicationContext());
		};
	}

	private static String message(Outcome outcome) {
		return switch (outcome) {
			case APPLIED, UNCHANGED -> "Schema applied.";
			case DRY_RUN -> "Schema dry run: all was rolled back.";
			case NOTHING_TO_DO, NOT_APPLIED, PENDING -> "No schema scripts to apply.";
		};
	}

	/**
	 * Matches when the application is to stop once its schema scripts are applied.
	 * Processing ahead of time does not know: the beans ask when the application runs.
	 */
	static class OnDeployStep implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return AheadOfTime.isProcessing()
					|| DeployStepEnvironmentPostProcessor.isDeployStep(context.getEnvironment());
		}

	}

}
