package dev.pgkeel.autoconfigure;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.ClassUtils;

/**
 * Finds the migration tool that borrows from the application's pool. Flyway 12.4 and
 * Liquibase 5.0 hold one connection while they open another: a pool of one would starve
 * them.
 */
final class MigrationTools {

	/**
	 * How many connections a tool holds at once.
	 */
	static final int CONNECTIONS = 2;

	private static final List<Tool> TOOLS = List.of(
			new Tool("Flyway", "org.flywaydb.core.Flyway", "spring.flyway",
					"org.springframework.boot.flyway.autoconfigure.FlywayDataSource"),
			new Tool("Liquibase", "liquibase.integration.spring.SpringLiquibase", "spring.liquibase",
					"org.springframework.boot.liquibase.autoconfigure.LiquibaseDataSource"));

	private final ListableBeanFactory beanFactory;

	private final PropertyResolver environment;

	MigrationTools(ListableBeanFactory beanFactory, PropertyResolver environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	/**
	 * Returns the types that the tools are recognized by.
	 * @return the names of the types
	 */
	static List<String> types() {
		return TOOLS.stream().flatMap((tool) -> Stream.of(tool.type(), tool.qualifier())).toList();
	}

	/**
	 * Returns the tool that borrows from a pool.
	 * @param poolBeanName the name of the pool's bean
	 * @return the tool, or {@code null} if none does
	 */
	@Nullable Tool borrowingFrom(String poolBeanName) {
		return TOOLS.stream()
			.filter((tool) -> isUsed(tool) && !hasOtherDataSource(tool, poolBeanName))
			.findFirst()
			.orElse(null);
	}

	private boolean isUsed(Tool tool) {
		Class<?> type = load(tool.type());
		return type != null && this.beanFactory.getBeanNamesForType(type, true, false).length > 0;
	}

	private boolean hasOtherDataSource(Tool tool, String poolBeanName) {
		if (this.environment.containsProperty(tool.prefix() + ".url")
				|| this.environment.containsProperty(tool.prefix() + ".user")) {
			return true;
		}
		Class<?> type = load(tool.qualifier());
		if (type == null) {
			return false;
		}
		Class<? extends Annotation> qualifier = type.asSubclass(Annotation.class);
		// No factory of another bean is made for this
		List<String> qualified = Stream.of(this.beanFactory.getBeanDefinitionNames())
			.filter((name) -> this.beanFactory.findAnnotationOnBean(name, qualifier, false) != null)
			.toList();
		return !qualified.isEmpty() && !qualified.contains(poolBeanName);
	}

	private @Nullable Class<?> load(String name) {
		try {
			return ClassUtils.forName(name, ClassUtils.getDefaultClassLoader());
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	/**
	 * A migration tool.
	 *
	 * @param name its name
	 * @param type the type of its bean
	 * @param prefix the prefix of Boot's properties for it
	 * @param qualifier Boot's annotation of a data source made for it
	 */
	record Tool(String name, String type, String prefix, String qualifier) {

	}

}
