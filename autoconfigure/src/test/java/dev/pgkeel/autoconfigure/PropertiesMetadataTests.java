package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the metadata that editors show while a property is typed.
 */
class PropertiesMetadataTests {

	@Test
	void everyPropertyIsDescribed() throws IOException {
		Map<String, ConfigurationMetadataProperty> properties = PropertiesPage.properties();
		assertThat(properties).containsKeys("pgkeel.enabled", "pgkeel.mode", "pgkeel.runtime-profile",
				"pgkeel.pool.enabled", "pgkeel.schema.enabled", "pgkeel.schema.locations", "pgkeel.schema.lock-timeout",
				"pgkeel.transaction.enabled");
		assertThat(properties.values()).allSatisfy((property) -> {
			assertThat(property.getDescription()).as(property.getId()).isNotBlank().endsWith(".");
			assertThat(property.getDescription()).as(property.getId()).doesNotStartWith("The ").doesNotStartWith("A ");
			if ("java.lang.Boolean".equals(property.getType())) {
				assertThat(property.getDescription()).as(property.getId()).startsWith("Whether ");
			}
		});
	}

	@Test
	void defaultsAreShown() throws IOException {
		Map<String, ConfigurationMetadataProperty> properties = PropertiesPage.properties();
		assertThat(properties.get("pgkeel.mode").getDefaultValue()).isEqualTo("enforce");
		assertThat(properties.get("pgkeel.runtime-profile").getDefaultValue()).isEqualTo("auto");
		assertThat(properties.get("pgkeel.schema.lock-timeout").getDefaultValue()).isEqualTo("5m");
	}

	@Test
	void pageShowsThem() throws IOException {
		if (Boolean.getBoolean("pgkeel.test.write-properties")) {
			PropertiesPage.write();
		}
		String page = Files.readString(PropertiesPage.FILE);
		assertThat(page).as("""
				docs/properties.md does not show what the metadata have. Make it again:
				mvn verify -pl autoconfigure -am -DskipITs -Dtest=PropertiesMetadataTests \\
				  -Dsurefire.failIfNoSpecifiedTests=false -Dpgkeel.test.write-properties=true""")
			.isEqualTo(PropertiesPage.madeAnew(page));
	}

}
