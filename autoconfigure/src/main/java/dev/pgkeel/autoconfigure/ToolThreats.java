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
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
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

	private static final Log logger = LogFactory.getLog(ToolThreats.class);

	private static final boolean JPA = isPresent("org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean",
			"jakarta.persistence.EntityManagerFactory");

	private static final boolean LIQUIBASE = isPresent("liquibase.integration.spring.SpringLiquibase");

	private static final boolean FLYWAY = isPresent("org.flywaydb.core.Flyway");

	private static final List<String> ACTIONS = List.of("jakarta.persistence.schema-generation.database.action",
			"javax.persistence.schema-generation.database.action", "hibernate.hbm2ddl.auto");

	private static final Set<String> DROPPING = Set.of("create", "create-drop", "drop", "drop-and-create");

	private final ListableBeanFactory beanFactory;

	ToolThreats(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	private static boolean isPresent(String... names) {
		for (String name : names) {
			if (!ClassUtils.isPresent(name, ToolThreats.class.getClassLoader())) {
				return false;
			}
		}
		return true;
	}

	@Nullable ToolThreat of(Object bean) {
		if (JPA && Jpa.isFactory(bean)) {
			return Jpa.threat(bean, this.beanFactory);
		}
		if (LIQUIBASE && Liquibase.is(bean)) {
			return Liquibase.threat(bean);
		}
		if (FLYWAY && FlywayTool.is(bean)) {
			FlywayTool.warn(bean);
			return null;
		}
		return (bean instanceof DataSourceScriptDatabaseInitializer initializer) ? threat(initializer) : null;
	}

	/**
	 * Settings and data source of an initializer have no public accessor (Boot 4.1).
	 */
	private static @Nullable ToolThreat threat(DataSourceScriptDatabaseInitializer initializer) {
		DatabaseInitializationSettings settings = value(initializer, AbstractScriptDatabaseInitializer.class,
				"settings", DatabaseInitializationSettings.class);
		if (settings == null || settings.getMode() != DatabaseInitializationMode.ALWAYS) {
			return null;
		}
		List<String> locations = new ArrayList<>();
		Stream.of(settings.getSchemaLocations(), settings.getDataLocations())
			.filter(Objects::nonNull)
			.forEach(locations::addAll);
		DroppingScripts scripts = DroppingScripts.among(locations);
		return scripts.isEmpty() ? null
				: new ToolThreat(scripts.toString(), "spring.sql.init.mode=never, or *.initialize-schema=never",
						value(initializer, DataSourceScriptDatabaseInitializer.class, "dataSource", DataSource.class),
						scripts::drop);
	}

	private static <T> @Nullable T value(Object bean, Class<?> type, String name, Class<T> valueType) {
		Field field = ReflectionUtils.findField(type, name);
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
			Map<String, Object> properties = new HashMap<>();
			if (factory.getJpaVendorAdapter() != null) {
				properties.putAll(factory.getJpaVendorAdapter().getJpaPropertyMap());
			}
			properties.putAll(factory.getJpaPropertyMap());
			for (String name : ACTIONS) {
				String action = String.valueOf(properties.getOrDefault(name, "none")).strip().toLowerCase(Locale.ROOT);
				if (DROPPING.contains(action)) {
					return new ToolThreat(name + "=" + action,
							"spring.jpa.hibernate.ddl-auto=validate, and no schema-generation action",
							factory.getDataSource(), EntityTables.of(beanFactory));
				}
				if (action.equals("update")) {
					logger.warn(name + "=update changes tables in ways that nobody has read. Set"
							+ " spring.jpa.hibernate.ddl-auto=validate, and write schema scripts");
				}
			}
			return null;
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
			return liquibase.isDropFirst() ? new ToolThreat("spring.liquibase.drop-first=true",
					"spring.liquibase.drop-first=false", liquibase.getDataSource(), (table) -> true) : null;
		}

	}

	/**
	 * What needs Flyway's classes.
	 */
	private static final class FlywayTool {

		static boolean is(Object bean) {
			return bean instanceof Flyway;
		}

		static void warn(Object bean) {
			if (!((Flyway) bean).getConfiguration().isCleanDisabled()) {
				logger.warn("spring.flyway.clean-disabled=false: Flyway's clean would drop all objects of its schemas."
						+ " Set spring.flyway.clean-disabled=true");
			}
		}

	}

}
