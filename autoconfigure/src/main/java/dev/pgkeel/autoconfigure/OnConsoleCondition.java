package dev.pgkeel.autoconfigure;

import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.pool.RuntimeProfileDetector;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches where the console is wanted: where it is said so, or in development. A bean
 * cannot tell, since Actuator looks for endpoints among the definitions of beans.
 */
final class OnConsoleCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("pgkeel console");
		Environment environment = context.getEnvironment();
		Boolean enabled = Switch.value(environment, "pgkeel.console.enabled");
		if (enabled != null) {
			return new ConditionOutcome(enabled, message.because("pgkeel.console.enabled is " + enabled));
		}
		RuntimeProfile declared = Binder.get(environment)
			.bind("pgkeel.runtime-profile", RuntimeProfile.class)
			.orElse(RuntimeProfile.AUTO);
		ActiveProfile profile = new RuntimeProfileDetector(environment, context.getClassLoader()).tell(declared);
		return new ConditionOutcome(profile.profile() == RuntimeProfile.DEVELOPMENT,
				message.because("the runtime profile is " + profile));
	}

}
