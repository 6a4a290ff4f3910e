package dev.pgkeel.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * A folder of scripts and an application that starts with them, as often as asked.
 *
 * @param folder the folder
 * @param url the way to the database
 * @param role the role
 * @param application the application's name
 * @param mode when scripts are applied
 * @param historySchema the schema of the history, if not the first one
 * @param statementTimeout the timeout of a statement
 */
record SchemaFolder(Path folder, String url, String role, String application, SchemaMode mode,
		@Nullable String historySchema, @Nullable Duration statementTimeout) {

	static SchemaFolder of(Path folder, TestDatabase database) {
		return new SchemaFolder(folder, database.directUrl(), database.username(), "notes", SchemaMode.ON_CHANGE, null,
				null);
	}

	SchemaFolder withMode(SchemaMode newMode) {
		return new SchemaFolder(this.folder, this.url, this.role, this.application, newMode, this.historySchema,
				this.statementTimeout);
	}

	SchemaFolder withUrl(String newUrl) {
		return new SchemaFolder(this.folder, newUrl, this.role, this.application, this.mode, this.historySchema,
				this.statementTimeout);
	}

	SchemaFolder withRole(String newRole) {
		return new SchemaFolder(this.folder, this.url, newRole, this.application, this.mode, this.historySchema,
				this.statementTimeout);
	}

	SchemaFolder withApplication(String newApplication) {
		return new SchemaFolder(this.folder, this.url, this.role, newApplication, this.mode, this.historySchema,
				this.statementTimeout);
	}

	SchemaFolder withHistorySchema(String newSchema) {
		return new SchemaFolder(this.folder, this.url, this.role, this.application, this.mode, newSchema,
				this.statementTimeout);
	}

	SchemaFolder withStatementTimeout(Duration timeout) {
		return new SchemaFolder(this.folder, this.url, this.role, this.application, this.mode, this.historySchema,
				timeout);
	}

	SchemaFolder write(String name, String text) {
		try {
			Files.writeString(this.folder.resolve(name), text);
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	PGSimpleDataSource dataSource() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(this.url);
		dataSource.setUser(this.role);
		dataSource.setPassword("postgres");
		dataSource.setApplicationName(this.application);
		// Without one it has that of the last pool that was started in this JVM
		dataSource.setLoginTimeout(60);
		return dataSource;
	}

	Preflight preflight() {
		return new Preflight(dataSource(), null, Duration.ofSeconds(10));
	}

	SchemaReport apply() {
		return applyThrough(preflight());
	}

	SchemaReport applyThrough(Preflight preflight) {
		SchemaSettings settings = new SchemaSettings(true, List.of("file:" + this.folder + "/*.sql"), this.mode,
				this.historySchema, Duration.ofMinutes(2), this.statementTimeout, false, true);
		SchemaInitializer initializer = new SchemaInitializer(preflight, new PathMatchingResourcePatternResolver(),
				new ApplicationInstance(this.application, "abc123"), settings);
		initializer.afterPropertiesSet();
		return initializer.report();
	}

}
