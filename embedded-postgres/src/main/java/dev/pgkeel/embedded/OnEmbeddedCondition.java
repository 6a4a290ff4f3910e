package dev.pgkeel.embedded;

import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless pgkeel or the embedded server is switched off, asked when Spring Boot's
 * own condition would be. What binding takes for a boolean counts; what it does not is
 * refused.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 40)
class OnEmbeddedCondition extends SpringBootCondition {

	private static final List<String> SWITCHES = List.of("pgkeel.enabled", "pgkeel.embedded.enabled");

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("pgkeel embedded server");
		for (String name : SWITCHES) {
			if (!isOn(context.getEnvironment(), name)) {
				return ConditionOutcome.noMatch(message.because(name + " is false"));
			}
		}
		return ConditionOutcome.match(message.because("nothing switches it off"));
	}

	private static boolean isOn(Environment environment, String name) {
		try {
			return Binder.get(environment).bind(name, Boolean.class).orElse(true);
		}
		catch (BindException ex) {
			// A placeholder may have no value before run time
			if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
				return true;
			}
			throw ex;
		}
	}

}
