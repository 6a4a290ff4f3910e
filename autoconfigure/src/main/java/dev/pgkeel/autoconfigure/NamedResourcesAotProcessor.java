package dev.pgkeel.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Has a native image keep the files that properties name: the schema scripts, and the
 * root certificate. Those outside of the class path need no keeping.
 */
final class NamedResourcesAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(PgkeelProperties.class, true, false).length == 0) {
			return null;
		}
		// Other properties may name what is only known at run time, and are not looked at
		Binder binder = Binder.get(beanFactory.getBean(Environment.class));
		List<String> named = new ArrayList<>(SchemaProperties
			.orDefault(binder.bind("pgkeel.schema.locations", Bindable.listOf(String.class)).orElse(List.of())));
		named.add(binder.bind("pgkeel.tls.root-certificate", String.class).orElse(""));
		return (context, code) -> named.stream()
			.map((location) -> location.replaceFirst("^optional:", ""))
			.filter((location) -> location.matches("classpath\\*?:.*"))
			.map(NamedResourcesAotProcessor::pattern)
			.forEach(context.getRuntimeHints().resources()::registerPattern);
	}

	/**
	 * A hint knows asterisks alone.
	 */
	private static String pattern(String location) {
		return location.replaceFirst("classpath\\*?:/?", "").replace('?', '*');
	}

}
