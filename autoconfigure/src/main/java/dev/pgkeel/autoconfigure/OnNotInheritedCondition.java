package dev.pgkeel.autoconfigure;

import java.util.Objects;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The condition of {@link ConditionalOnNotInherited}. In a context without a parent it
 * looks at no types, which takes its time at start.
 */
class OnNotInheritedCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		MergedAnnotation<ConditionalOnNotInherited> annotation = metadata.getAnnotations()
			.get(ConditionalOnNotInherited.class);
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnNotInherited.class);
		ConfigurableListableBeanFactory beans = Objects.requireNonNull(context.getBeanFactory());
		BeanFactory parent = beans.getParentBeanFactory();
		String bean = annotation.getString("bean");
		if (parent == null || !parent.containsBean(bean)) {
			return ConditionOutcome.match(message.because("no parent has " + bean));
		}
		Class<?> type = annotation.getClass("unlessOwn");
		if (beans.getBeanNamesForType(type, true, false).length == 0) {
			return ConditionOutcome.noMatch(message
				.because("a parent has " + bean + ", and the context has no " + type.getSimpleName() + " of its own"));
		}
		boolean shared = annotation.getBoolean("whereParentsHaveNone")
				&& parent instanceof ListableBeanFactory beansOfParent
				&& BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beansOfParent, type, true, false).length > 0;
		return new ConditionOutcome(!shared, message.because("the context has a " + type.getSimpleName() + " of its own"
				+ (shared ? ", and a parent one too" : "")));
	}

}
