package dev.pgkeel.autoconfigure;

import java.util.Map;

import dev.pgkeel.server.DirectConnection;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.tls.NegotiatingSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DirectWay}.
 */
class DirectWayTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("pgkeel.schema.locations=classpath*:absent/*.sql");

	@Test
	void poolLeadsToTheServerUnlessAWayIsNamed() {
		this.contextRunner.run((context) -> assertThat(context.getBean(DirectWay.class).connection()).isNull());
	}

	@ParameterizedTest
	@CsvSource({ "db.example.com, require", "db, prefer", "localhost, " })
	void wayIsProtectedByWhereItLeads(String host, String sslMode) {
		this.contextRunner
			.withPropertyValues("pgkeel.direct.url=jdbc:postgresql://" + host + "/notes",
					"pgkeel.direct.username=migrator")
			.run((context) -> {
				DirectConnection way = context.getBean(DirectWay.class).connection();
				assertThat(way.username()).isEqualTo("migrator");
				assertThat(way.protection().get("sslmode")).isEqualTo(sslMode);
				assertThat(way.protection().containsValue(NegotiatingSocketFactory.class.getName()))
					.isEqualTo("prefer".equals(sslMode));
			});
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.direct.url, jdbc:postgresql://db.example.com/notes?sslmode=disable",
			"spring.datasource.hikari.data-source-properties.sslmode, disable", "pgkeel.mode, observe" })
	void choiceOfTheUserWins(String property, String value) {
		this.contextRunner
			.withPropertyValues("pgkeel.direct.url=jdbc:postgresql://db.example.com/notes", property + "=" + value)
			.run((context) -> assertThat(context.getBean(DirectWay.class).connection().protection())
				.isEqualTo(Map.of()));
	}

}
