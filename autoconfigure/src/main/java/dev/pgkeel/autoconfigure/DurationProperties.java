package dev.pgkeel.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * Refuses a duration without a unit, which Spring Boot takes for milliseconds, and a
 * negative one. It comes before any bean is made, so that no bean meets such a value.
 */
final class DurationProperties implements BeanFactoryPostProcessor {

	private final Environment environment;

	DurationProperties(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Injected by its type, our other bean would have the types of all beans looked at,
	 * and some of the user's made too early.
	 */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (!UsedProperty.mayBeHidden(this.environment)
				&& UsedProperty.in(this.environment).stream().noneMatch(DurationProperties::isDoubtful)) {
			return;
		}
		KnownProperties known = beanFactory.getBean(PgkeelAutoConfiguration.KNOWN_PROPERTIES, KnownProperties.class);
		Binder binder = Binder.get(this.environment);
		known.types().forEach((name, type) -> {
			if (Duration.class.getName().equals(type)) {
				check(name, binder.bind(name, String.class).orElse(null));
			}
		});
	}

	/**
	 * Only if there is such a value is it asked what is a duration, which takes its time.
	 */
	private static boolean isDoubtful(UsedProperty property) {
		String text = String.valueOf(property.value()).strip();
		return isNegative(text) || lacksUnit(text) || text.contains("${");
	}

	private static boolean isNegative(String text) {
		return text.startsWith("-") || text.startsWith("PT-");
	}

	private static boolean lacksUnit(String text) {
		return text.matches("\\+?0*[1-9]\\d*");
	}

	private static void check(String name, @Nullable String value) {
		String text = (value != null) ? value.strip() : "";
		if (isNegative(text)) {
			throw new InvalidConfigurationPropertyValueException(name, value, "A duration cannot be negative.");
		}
		if (lacksUnit(text)) {
			throw new InvalidConfigurationPropertyValueException(name, value,
					"A duration needs a unit: write " + text + "s for seconds, " + text + "ms for milliseconds.");
		}
	}

}
