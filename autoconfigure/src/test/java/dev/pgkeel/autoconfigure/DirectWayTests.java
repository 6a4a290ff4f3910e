package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.DirectConnection;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.tls.NegotiatingSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link DirectWay}.
 */
@ExtendWith(OutputCaptureExtension.class)
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

	@Test
	void emptyWayIsNone() {
		this.contextRunner.withPropertyValues("pgkeel.direct.url=${DIRECT_URL:}")
			.run((context) -> assertThat(context.getBean(DirectWay.class).connection()).isNull());
	}

	@Test
	void emptyRoleIsThatOfTheApplication() {
		this.contextRunner
			.withPropertyValues("pgkeel.direct.url=" + this.database.directUrl(),
					"pgkeel.direct.username=${DIRECT_USERNAME:}", "pgkeel.direct.password=${DIRECT_PASSWORD:}")
			.run((context) -> {
				DirectWay way = context.getBean(DirectWay.class);
				assertThat(way.connection().username()).isNull();
				assertThat(way.connection().password()).isNull();
				assertThat(way.roleOf(context.getBean(HikariDataSource.class))).isNull();
			});
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

	@Test
	void refusalOfItsEncryptionNamesTheWay() {
		this.contextRunner
			.withPropertyValues("pgkeel.tls.mode=verify-full",
					"spring.datasource.url=" + this.database.jdbcUrl() + "?sslmode=disable",
					"pgkeel.direct.url=jdbc:postgresql://db.example.com/notes?sslcert=me.crt")
			.run((context) -> assertThat(FailureAnalyses.of(context.getStartupFailure())).satisfies(
					(analysis) -> assertThat(analysis.getDescription()).startsWith("pgkeel.direct.url: sslcert is set"))
				.satisfies((analysis) -> assertThat(analysis.getAction()).contains("into pgkeel.direct.url.")
					.doesNotContain("spring.datasource.url")));
	}

	@Test
	void nameOfADatabaseMayLookLikeARole() {
		this.contextRunner.withPropertyValues("pgkeel.direct.url=jdbc:postgresql://db.example.com/notes@work")
			.run((context) -> assertThat(context.getBean(DirectWay.class).connection().protection())
				.containsEntry("sslmode", "require"));
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

	@ParameterizedTest
	@ValueSource(strings = { "pooler.example.com", "pooler" })
	void protectionOfThePoolsWayStaysThere(String pooler) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://" + pooler + ":1/notes",
					"pgkeel.direct.url=" + this.database.directUrl(), "pgkeel.schema.enabled=false")
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				assertThat(pool.getDataSourceProperties()).containsKey("sslmode");
				try (Connection connection = connection(context)) {
					assertThat(connection.isValid(1)).isTrue();
				}
			});
	}

	@Test
	void protectionThatTheUserChoseStays() {
		this.contextRunner.withUserConfiguration(OwnPool.class)
			.withPropertyValues("pgkeel.direct.url=" + this.database.directUrl(), "pgkeel.schema.enabled=false")
			.run((context) -> assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection(context))
				.withMessageContaining("SSL"));
	}

	/**
	 * The name is that of the setter of the driver's data source.
	 */
	@Test
	void protectionThatTheUserChoseForADataSourceClassStays() {
		this.contextRunner.withUserConfiguration(PoolInspectorTests.BarePool.class)
			.withPropertyValues("spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
					"spring.datasource.hikari.username=" + this.database.username(),
					"spring.datasource.hikari.data-source-properties.serverName=pooler.example.com",
					"spring.datasource.hikari.data-source-properties.sslMode=require",
					"pgkeel.direct.url=" + this.database.directUrl(), "pgkeel.schema.enabled=false")
			.run((context) -> assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection(context))
				.withMessageContaining("SSL"));
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
					"spring.datasource.hikari.data-source-properties.sslMode=verify-full",
					"pgkeel.direct.url=jdbc:postgresql://db.example.com/notes", "pgkeel.schema.enabled=false")
			.run((context) -> assertThat(context.getBean(DirectWay.class).connection().protection())
				.isEqualTo(Map.of()));
	}

	@ParameterizedTest
	@CsvSource({ "?sslmode=disable, true", "?ssl=true, true", "?sslrootcert=ca.pem, false", "'', true" })
	void halfAChoiceIsCompletedByThePools(String parameters, boolean unwanted) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://pooler.example.com:1/notes",
					"pgkeel.direct.url=" + this.database.directUrl() + parameters, "pgkeel.schema.enabled=false")
			.run((context) -> assertThat(context.getBean(DirectWay.class).connection().unwanted().contains("sslmode"))
				.isEqualTo(unwanted));
	}

	/**
	 * Nothing is known of another driver's way, so that no connection is made beside it.
	 */
	@Test
	void wayThatIsNotUsedIsNamed(CapturedOutput output) {
		String socketFactory = "spring.datasource.hikari.data-source-properties.socketFactory=javax.net.DefaultSocketFactory";
		this.contextRunner.withPropertyValues(socketFactory, "pgkeel.direct.url=${DIRECT_URL:}")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("pgkeel.direct.url");
		this.contextRunner
			.withPropertyValues(socketFactory, "pgkeel.direct.url=jdbc:postgresql://db.invalid/notes?password=canary")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.getOut().lines().filter((line) -> line.contains("pgkeel.direct.url"))).singleElement()
			.asString()
			.contains(" WARN ", "dataSource - pgkeel.direct.url is not used",
					"schema scripts and the monitor take the pool's way, as its role")
			.doesNotContain("canary");
	}

	private static Connection connection(BeanFactory context) throws SQLException {
		return new Preflight(context.getBean(HikariDataSource.class), context.getBean(DirectWay.class).connection(),
				Duration.ofSeconds(5))
			.connectBare();
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPool {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource pool() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl("jdbc:postgresql://pooler.example.com:1/notes");
			pool.setUsername("postgres");
			pool.addDataSourceProperty("sslmode", "require");
			return pool;
		}

	}

}
