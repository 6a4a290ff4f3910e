package dev.pgkeel.autoconfigure;

import java.util.Set;

import dev.pgkeel.schema.SchemaInitializer;

import org.springframework.boot.sql.init.dependency.AbstractBeansOfTypeDatabaseInitializerDetector;
import org.springframework.core.Ordered;

/**
 * Makes whatever uses the database wait for the schema scripts, and these for Flyway
 * (order 1), Liquibase and {@code schema.sql} ({@code LOWEST_PRECEDENCE - 100} in Boot
 * 4.1).
 */
class SchemaInitializerDetector extends AbstractBeansOfTypeDatabaseInitializerDetector {

	private static final int ORDER = Ordered.LOWEST_PRECEDENCE - 60;

	@Override
	protected Set<Class<?>> getDatabaseInitializerBeanTypes() {
		return Set.of(SchemaInitializer.class);
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

}
