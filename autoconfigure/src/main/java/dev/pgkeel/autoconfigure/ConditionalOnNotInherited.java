package dev.pgkeel.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches unless a parent of the context has a bean already that serves the context too:
 * one that looks after what the context has none of itself.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnNotInheritedCondition.class)
@interface ConditionalOnNotInherited {

	/**
	 * Returns the name of the bean.
	 * @return the name
	 */
	String bean();

	/**
	 * Returns what it looks after.
	 * @return the type of beans of which one in the context itself makes it match
	 */
	Class<?> unlessOwn();

	/**
	 * Returns whether the context's own ones only count where no parent has any, since a
	 * parent's bean would look after nothing then.
	 * @return whether that is so
	 */
	boolean whereParentsHaveNone() default false;

}
