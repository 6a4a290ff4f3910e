package dev.pgkeel.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches unless pgkeel or a feature of it is switched off. Unlike with Spring Boot's own
 * annotation, what binding takes for a boolean counts, and what it does not is refused
 * rather than taken for {@code false}.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSwitchCondition.class)
@interface ConditionalOnSwitch {

	/**
	 * Returns the name of the property.
	 * @return the name
	 */
	String value();

	/**
	 * Returns whether it matches where the property is not set.
	 * @return whether that is so
	 */
	boolean matchIfMissing() default true;

}
