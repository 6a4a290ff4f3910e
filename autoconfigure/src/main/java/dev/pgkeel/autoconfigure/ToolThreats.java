package dev.pgkeel.autoconfigure;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import javax.sql.DataSource;

import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.AbstractScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Recognizes beans that are about to drop tables. What is not on the class path is not
 * looked at.
 */
final class ToolThreats {

	static final String VALIDATE = "spring.jpa.hibernate.ddl-auto=validate, and no schema-generation action";

	static final String NO_DROP_FIRST = "spring.liquibase.drop-first=false";

	static final String NEVER = "spring.sql.init.mode=never, or *.initialize-schema=never";

	/**
	 * What tells that a tool is on the class path.
	 */
	static final List<String> TYPES = List.of("org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean",
			"jakarta.persistence.EntityManagerFactory", "liquibase.integration.spring.SpringLiquibase",
			"org.flywaydb.core.Flyway");

	/**
	 * Fields of Boot's that have no public accessor (Boot 4.1).
	 */
	static final Map<Class<?>, String> FIELDS = Map.of(AbstractScriptDatabaseInitializer.class, "settings",
			DataSourceScriptDatabaseInitializer.class, "dataSource");

	private static final boolean JPA = isPresent(TYPES.get(0)) && isPresent(TYPES.get(1));

	private static final boolean LIQUIBASE = isPresent(TYPES.get(2));

	private static final boolean FLYWAY = isPresent(TYPES.get(3));

	private static final List<String> ACTIONS = List.of("jakarta.persistence.schema-generation.database.action",
			"javax.persistence.schema-generation.database.action", "hibernate.hbm2ddl.auto");

	private static final Set<String> DROPPING = Set.of("create", "create-drop", "drop", "drop-and-create", "truncate");

	private static final String HIBERNATE = "hibernate.";

	/**
	 * JPA's action of this name, in these letters, only creates.
	 */
	private static final String JPA_CREATE = "create";

	private final ListableBeanFactory beanFactory;

	ToolThreats(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	private static boolean isPresent(String name) {
		return ClassUtils.isPresent(name, ToolThreats.class.getClassLoader());
	}

	@Nullable ToolThreat of(Object bean) {
		if (JPA && Jpa.isFactory(bean)) {
			return Jpa.threat(bean, this.beanFactory);
		}
		if (LIQUIBASE && Liquibase.is(bean)) {
			return Liquibase.threat(bean);
		}
		return (bean instanceof DataSourceScriptDatabaseInitializer initializer) ? threat(initializer) : null;
	}

	/**
	 * Returns what to say of a bean that drops nothing at start.
	 */
	@Nullable String advice(Object bean) {
		if (JPA && Jpa.isFactory(bean)) {
			return Jpa.advice(bean);
		}
		return (FLYWAY && FlywayTool.is(bean)) ? FlywayTool.advice(bean) : null;
	}

	private static @Nullable ToolThreat threat(DataSourceScriptDatabaseInitializer initializer) {
		DatabaseInitializationSettings settings = value(initializer, AbstractScriptDatabaseInitializer.class,
				DatabaseInitializationSettings.class);
		if (settings == null || settings.getMode() != DatabaseInitializationMode.ALWAYS) {
			return null;
		}
		List<String> locations = new ArrayList<>();
		Stream.of(settings.getSchemaLocations(), settings.getDataLocations())
			.filter(Objects::nonNull)
			.forEach(locations::addAll);
		DroppingScripts scripts = DroppingScripts.among(locations);
		return scripts.isEmpty() ? null : new ToolThreat(scripts.toString(), NEVER,
				value(initializer, DataSourceScriptDatabaseInitializer.class, DataSource.class), scripts::drop);
	}

	private static <T> @Nullable T value(Object bean, Class<?> type, Class<T> valueType) {
		Field field = ReflectionUtils.findField(type, Objects.requireNonNull(FIELDS.get(type)));
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		Object value = ReflectionUtils.getField(field, bean);
		return valueType.isInstance(value) ? valueType.cast(value) : null;
	}

	/**
	 * What needs JPA's classes.
	 */
	private static final class Jpa {

		static boolean isFactory(Object bean) {
			return bean instanceof LocalContainerEntityManagerFactoryBean;
		}

		static @Nullable ToolThreat threat(Object bean, ListableBeanFactory beanFactory) {
			LocalContainerEntityManagerFactoryBean factory = (LocalContainerEntityManagerFactoryBean) bean;
			Map<String, Object> properties = properties(factory);
			String name = used(properties);
			if (name == null || !drops(name, action(properties, name))) {
				return null;
			}
			return new ToolThreat(name + "=" + action(properties, name), VALIDATE, factory.getDataSource(),
					EntityTables.of(beanFactory, properties));
		}

		/**
		 * In JPA's setting Hibernate 7.4 takes the names of its own constants too, of
		 * which {@code CREATE} drops.
		 */
		private static boolean drops(String name, String action) {
			return DROPPING.contains(action.toLowerCase(Locale.ROOT).replace('_', '-'))
					&& (name.startsWith(HIBERNATE) || !action.equals(JPA_CREATE));
		}

		/**
		 * Hibernate 7.4 looks at its own setting only where JPA's is not set.
		 */
		private static @Nullable String used(Map<String, Object> properties) {
			return ACTIONS.stream().filter((name) -> properties.get(name) != null).findFirst().orElse(null);
		}

		static @Nullable String advice(Object bean) {
			Map<String, Object> properties = properties((LocalContainerEntityManagerFactoryBean) bean);
			String name = used(properties);
			return (name != null && action(properties, name).equalsIgnoreCase("update"))
					? name + "=update changes tables in ways that nobody has read. Set"
							+ " spring.jpa.hibernate.ddl-auto=validate, and write schema scripts"
					: null;
		}

		private static Map<String, Object> properties(LocalContainerEntityManagerFactoryBean factory) {
			Map<String, Object> properties = new HashMap<>();
			if (factory.getJpaVendorAdapter() != null) {
				properties.putAll(factory.getJpaVendorAdapter().getJpaPropertyMap());
			}
			properties.putAll(factory.getJpaPropertyMap());
			return properties;
		}

		private static String action(Map<String, Object> properties, String name) {
			Object action = properties.get(name);
			return ((action instanceof Enum<?> constant) ? constant.name() : String.valueOf(action)).strip();
		}

	}

	/**
	 * What needs Liquibase's classes.
	 */
	private static final class Liquibase {

		static boolean is(Object bean) {
			return bean instanceof SpringLiquibase;
		}

		static @Nullable ToolThreat threat(Object bean) {
			SpringLiquibase liquibase = (SpringLiquibase) bean;
			return liquibase.isDropFirst() ? new ToolThreat("spring.liquibase.drop-first=true", NO_DROP_FIRST,
					liquibase.getDataSource(), (table) -> true) : null;
		}

	}

	/**
	 * What needs Flyway's classes.
	 */
	private static final class FlywayTool {

		static boolean is(Object bean) {
			return bean instanceof Flyway;
		}

		/**
		 * A mock has no configuration.
		 */
		static @Nullable String advice(Object bean) {
			Configuration configuration = ((Flyway) bean).getConfiguration();
			return (configuration == null || configuration.isCleanDisabled()) ? null
					: "spring.flyway.clean-disabled=false: Flyway's clean would drop all objects of its schemas."
							+ " Set spring.flyway.clean-disabled=true";
		}

	}

}
