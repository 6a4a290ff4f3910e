package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the metadata that editors show while a property is typed.
 */
class PropertiesMetadataTests {

	@Test
	void everyPropertyIsPrefixedAndDescribed() throws IOException {
		Map<String, ConfigurationMetadataProperty> properties = properties();
		assertThat(properties).containsKeys("pgkeel.enabled", "pgkeel.mode", "pgkeel.runtime-profile",
				"pgkeel.pool.enabled", "pgkeel.schema.enabled", "pgkeel.schema.locations", "pgkeel.schema.lock-timeout",
				"pgkeel.transaction.enabled");
		assertThat(properties.values()).allSatisfy((property) -> {
			assertThat(property.getId()).matches("(management\\.endpoint\\.)?pgkeel(console)?\\..+");
			assertThat(property.getDescription()).as(property.getId()).isNotBlank().endsWith(".");
			assertThat(property.getDescription()).as(property.getId()).doesNotStartWith("The ").doesNotStartWith("A ");
			if ("java.lang.Boolean".equals(property.getType())) {
				assertThat(property.getDescription()).as(property.getId()).startsWith("Whether ");
			}
		});
	}

	@Test
	void defaultsAreShown() throws IOException {
		Map<String, ConfigurationMetadataProperty> properties = properties();
		assertThat(properties.get("pgkeel.mode").getDefaultValue()).isEqualTo("enforce");
		assertThat(properties.get("pgkeel.runtime-profile").getDefaultValue()).isEqualTo("auto");
		assertThat(properties.get("pgkeel.schema.lock-timeout").getDefaultValue()).isEqualTo("5m");
	}

	private static Map<String, ConfigurationMetadataProperty> properties() throws IOException {
		try (InputStream file = new ClassPathResource("/META-INF/spring-configuration-metadata.json",
				PgkeelProperties.class)
			.getInputStream()) {
			return ConfigurationMetadataRepositoryJsonBuilder.create(file).build().getAllProperties();
		}
	}

}
