package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.pgkeel.schema.SchemaInitializer;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.sql.init.dependency.AbstractBeansOfTypeDatabaseInitializerDetector;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Makes whatever uses the database wait for the schema scripts, and these for Flyway
 * (order 1), Liquibase and {@code schema.sql} ({@code LOWEST_PRECEDENCE - 100} in Boot
 * 4.1). Where there are no scripts, nothing waits: a data source that is read from
 * another one could not be made.
 */
class SchemaInitializerDetector extends AbstractBeansOfTypeDatabaseInitializerDetector {

	private static final int ORDER = Ordered.LOWEST_PRECEDENCE - 60;

	private static final Bindable<List<String>> LOCATIONS = Bindable.listOf(String.class);

	private final Environment environment;

	SchemaInitializerDetector(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected Set<Class<?>> getDatabaseInitializerBeanTypes() {
		return Set.of(SchemaInitializer.class);
	}

	@Override
	public Set<String> detect(ConfigurableListableBeanFactory beanFactory) {
		Set<String> detected = new HashSet<>(super.detect(beanFactory));
		if (detected.stream().anyMatch((name) -> isOurs(beanFactory, name)) && !mayHaveScripts(beanFactory)) {
			detected.removeIf((name) -> isOurs(beanFactory, name));
		}
		return detected;
	}

	/**
	 * An initializer of the user's has locations of its own.
	 */
	private static boolean isOurs(ConfigurableListableBeanFactory beanFactory, String name) {
		return beanFactory.getBeanDefinition(name) instanceof AnnotatedBeanDefinition definition
				&& definition.getFactoryMethodMetadata() != null && PgkeelSchemaAutoConfiguration.class.getName()
					.equals(definition.getFactoryMethodMetadata().getDeclaringClassName());
	}

	private boolean mayHaveScripts(ConfigurableListableBeanFactory beanFactory) {
		if (AheadOfTime.isProcessing()) {
			return true;
		}
		try {
			List<String> locations = SchemaProperties
				.orDefault(Binder.get(this.environment).bind("pgkeel.schema.locations", LOCATIONS).orElse(List.of()));
			return !locations.equals(List.of(SchemaProperties.DEFAULT_LOCATION)) || isAtDefaultLocation(beanFactory);
		}
		catch (IOException | BindException ex) {
			// Who needs the scripts says so
			return true;
		}
	}

	private static boolean isAtDefaultLocation(ConfigurableListableBeanFactory beanFactory) throws IOException {
		return Arrays
			.stream(new PathMatchingResourcePatternResolver(beanFactory.getBeanClassLoader())
				.getResources(SchemaProperties.DEFAULT_LOCATION))
			.anyMatch(Resource::exists);
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

}
