package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.util.ClassUtils;

/**
 * Tables of the entities, told without loading the entities' classes: they may have to be
 * woven first. Names that a naming strategy derives are compared without underscores.
 * Where the entities are not known, or the application names their tables itself, every
 * table counts.
 */
final class EntityTables implements Predicate<String> {

	private static final List<String> NAMING_STRATEGIES = List.of("hibernate.physical_naming_strategy",
			"hibernate.implicit_naming_strategy");

	/**
	 * What others keep beside the entities' tables.
	 */
	private static final Set<String> HISTORIES = Set.of("pgkeel_schema_history", "flyway_schema_history",
			"databasechangelog", "databasechangeloglock");

	private final @Nullable Set<String> names;

	private EntityTables(@Nullable Set<String> names) {
		this.names = names;
	}

	/**
	 * Finds the tables.
	 * @param beanFactory has the entities
	 * @param settings the settings of Hibernate
	 */
	static EntityTables of(ListableBeanFactory beanFactory, Map<String, Object> settings) {
		if (NAMING_STRATEGIES.stream().anyMatch((setting) -> !isKnown(settings.get(setting)))) {
			return new EntityTables(null);
		}
		Map<String, PersistenceManagedTypes> types = beanFactory.getBeansOfType(PersistenceManagedTypes.class, true,
				false);
		if (types.isEmpty()) {
			return new EntityTables(null);
		}
		Set<String> names = new HashSet<>();
		MetadataReaderFactory readers = new SimpleMetadataReaderFactory(ClassUtils.getDefaultClassLoader());
		try {
			for (PersistenceManagedTypes managed : types.values()) {
				for (String className : managed.getManagedClassNames()) {
					names.add(table(readers.getMetadataReader(className).getAnnotationMetadata()));
				}
			}
		}
		catch (IOException ex) {
			return new EntityTables(null);
		}
		return new EntityTables(names);
	}

	/**
	 * Those of Hibernate and Spring keep the entity's name, some with underscores. They
	 * may be given as an instance, as a class, by the name of a class, or by Hibernate's
	 * short name.
	 */
	private static boolean isKnown(@Nullable Object strategy) {
		if (strategy == null) {
			return true;
		}
		String name = (strategy instanceof CharSequence) ? strategy.toString()
				: ((strategy instanceof Class<?> type) ? type : strategy.getClass()).getName();
		return name.indexOf('.') < 0 || name.startsWith("org.hibernate.") || name.startsWith("org.springframework.");
	}

	private static String table(AnnotationMetadata entity) {
		for (String annotation : new String[] { "jakarta.persistence.Table", "jakarta.persistence.Entity" }) {
			MergedAnnotation<?> found = entity.getAnnotations().get(annotation);
			String name = found.isPresent() ? found.getString("name") : "";
			if (!name.isEmpty()) {
				return normalized(name);
			}
		}
		return normalized(ClassUtils.getShortName(entity.getClassName()).replaceFirst(".*\\.", ""));
	}

	@Override
	public boolean test(String table) {
		String name = table.substring(table.indexOf('.') + 1);
		if (this.names == null) {
			return !HISTORIES.contains(name.toLowerCase(Locale.ROOT));
		}
		for (int end = name.length(); end > 0; end = name.lastIndexOf('_', end - 1)) {
			if (this.names.contains(normalized(name.substring(0, end)))) {
				return true;
			}
		}
		return false;
	}

	private static String normalized(String name) {
		return name.replaceAll("[`\"_]", "").toLowerCase(Locale.ROOT);
	}

}
