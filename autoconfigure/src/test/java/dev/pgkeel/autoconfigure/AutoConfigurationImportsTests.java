package dev.pgkeel.autoconfigure;

import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that every auto-configuration is registered, and nothing else.
 */
class AutoConfigurationImportsTests {

	@Test
	void importsListExactlyOurAutoConfigurations() {
		Set<String> annotated = new TreeSet<>();
		for (JavaClass type : new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.importPackages("dev.pgkeel.autoconfigure")) {
			if (type.isAnnotatedWith(AutoConfiguration.class)) {
				annotated.add(type.getName());
			}
		}
		Set<String> imported = new TreeSet<>(
				ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).getCandidates());
		imported.removeIf((name) -> !name.startsWith("dev.pgkeel.autoconfigure."));
		assertThat(imported).isEqualTo(annotated).isNotEmpty();
	}

}
