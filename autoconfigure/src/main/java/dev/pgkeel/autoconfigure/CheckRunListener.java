package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Gives every other failure of a start that was to be a check the line for
 * {@link CheckExceptionReporter} to print. Only a listener of the run knows what was
 * asked for where there is no context yet. It comes before the one that has the
 * configuration files read, which may fail.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class CheckRunListener implements SpringApplicationRunListener {

	private @Nullable ConfigurableEnvironment environment;

	@Override
	public void environmentPrepared(ConfigurableBootstrapContext bootstrapContext,
			ConfigurableEnvironment environment) {
		this.environment = environment;
	}

	@Override
	public void failed(@Nullable ConfigurableApplicationContext context, Throwable exception) {
		if (this.environment == null || exception instanceof CheckException) {
			return;
		}
		BareOptions.complete(this.environment);
		if (CheckEnvironmentPostProcessor.isCheck(this.environment)) {
			exception.addSuppressed(new CheckException(CheckException.failedConfiguration(exception, this.environment,
					(context != null) ? context.getBeanFactory() : null), null));
		}
	}

}
