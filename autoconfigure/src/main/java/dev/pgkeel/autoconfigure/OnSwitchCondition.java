package dev.pgkeel.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The condition of {@link ConditionalOnSwitch}, asked when Spring Boot's own would be.
 * Where pgkeel is off, no other property is looked at.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 40)
class OnSwitchCondition extends SpringBootCondition {

	static final String PGKEEL = "pgkeel.enabled";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		MergedAnnotation<ConditionalOnSwitch> annotation = metadata.getAnnotations().get(ConditionalOnSwitch.class);
		Environment environment = context.getEnvironment();
		ConditionOutcome pgkeel = outcome(environment, PGKEEL, true);
		return pgkeel.isMatch()
				? outcome(environment, annotation.getString("value"), annotation.getBoolean("matchIfMissing")) : pgkeel;
	}

	private static ConditionOutcome outcome(Environment environment, String name, boolean matchIfMissing) {
		Boolean value = Switch.value(environment, name);
		return new ConditionOutcome((value != null) ? value : matchIfMissing,
				ConditionMessage.forCondition(ConditionalOnSwitch.class)
					.because(name + " is " + ((value != null) ? value : "not set")));
	}

}
