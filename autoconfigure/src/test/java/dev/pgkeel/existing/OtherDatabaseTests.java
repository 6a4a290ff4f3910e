package dev.pgkeel.existing;

import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application on another database notices nothing of pgkeel.
 */
@ExtendWith(OutputCaptureExtension.class)
class OtherDatabaseTests {

	@AfterEach
	void resetLevel() {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel("dev.pgkeel", null);
	}

	@Test
	void everythingBacksOffWithOneLineAtDebug(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(H2Configuration.class)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=jdbc:h2:mem:other", "logging.level.dev.pgkeel=debug",
					"spring.flyway.enabled=false", "spring.liquibase.enabled=false")
			.run()) {
			assertThat(context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single()).isOne();
			assertThat(context.getBean(HikariDataSource.class).getConnectionTimeout()).isEqualTo(30_000);
			assertThat(context.containsBean("pgkeelHealthContributor")
					&& context.getBeanProvider(PgkeelHealthIndicator.class).getIfAvailable() != null)
				.isFalse();
		}
		List<String> lines = output.getOut().lines().filter((line) -> line.contains("dev.pgkeel.")).toList();
		assertThat(lines)
			.filteredOn(
					(line) -> line.contains(" DEBUG ") && !line.contains("existing") && !line.contains(".embedded."))
			.singleElement()
			.asString()
			.contains("pgkeel backs off");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class H2Configuration {

	}

}
