package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import liquibase.integration.spring.SpringLiquibase;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PgkeelPoolAutoConfiguration}.
 */
@Tag("hikaricp")
@ExtendWith(OutputCaptureExtension.class)
class PgkeelPoolAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues("spring.application.name=notes")
		.withPropertyValues(this.database.properties());

	@ParameterizedTest
	@CsvSource({ "long-lived, 10, 2, 30000, 1800000, 120000", "serverless, 1, 0, 10000, 600000, 0",
			"development, 5, 0, 10000, 1800000, 120000" })
	void profileSetsTheLivePool(String profile, int max, int minimumIdle, long idleTimeout, long maxLifetime,
			long keepalive) {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=" + profile).run((context) -> {
			HikariDataSource pool = started(context);
			assertThat(pool.getMaximumPoolSize()).isEqualTo(max);
			assertThat(pool.getMinimumIdle()).isEqualTo(minimumIdle);
			assertThat(pool.getConnectionTimeout()).isEqualTo(5000);
			assertThat(pool.getValidationTimeout()).isEqualTo(3000);
			assertThat(pool.getIdleTimeout()).isEqualTo(idleTimeout);
			assertThat(pool.getMaxLifetime()).isEqualTo(maxLifetime);
			assertThat(pool.getKeepaliveTime()).isEqualTo(keepalive);
		});
	}

	@ParameterizedTest
	@CsvSource({ "long-lived, 10", "serverless, 1", "development, 5" })
	void serverSeesNoMoreSessionsThanTheProfileAllows(String profile, int max) {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=" + profile).run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			List<Connection> taken = new ArrayList<>();
			try {
				for (int i = 0; i < max; i++) {
					taken.add(pool.getConnection());
				}
				HikariPool hikariPool = (HikariPool) pool.getHikariPoolMXBean();
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> hikariPool.getConnection(500))
					.withMessageContaining("total=" + max);
				Awaitility.await().untilAsserted(() -> assertThat(sessions()).isEqualTo(max));
			}
			finally {
				for (Connection connection : taken) {
					connection.close();
				}
			}
		});
	}

	@Test
	void propertiesOfAPoolThatIsNotUsedAreWarnedAbout(CapturedOutput output) {
		this.contextRunner.withPropertyValues("spring.datasource.dbcp2.max-total=4").run((context) -> {
			assertThat(context).hasSingleBean(HikariDataSource.class);
			assertThat(output).contains("spring.datasource.dbcp2.* has no effect, since the pool is HikariCP")
				.contains("spring.datasource.type=org.apache.commons.dbcp2.BasicDataSource")
				.doesNotContain("spring.datasource.tomcat");
		});
	}

	@Test
	void propertiesOfAnotherPoolAreNotWarnedAboutWhereHikariIsAskedFor(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.dbcp2.max-total=4",
					"spring.datasource.type=com.zaxxer.hikari.HikariDataSource")
			.run((context) -> {
				assertThat(context).hasSingleBean(HikariDataSource.class);
				assertThat(output).doesNotContain("has no effect");
			});
	}

	@Test
	void idleInstanceHoldsFewConnections() {
		this.contextRunner.run((context) -> {
			HikariDataSource pool = started(context);
			// The pool may fill up while its first connection is out, and holds three
			// until the idle timeout ends
			Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
				assertThat(pool.getHikariPoolMXBean().getIdleConnections()).isEqualTo(2);
				assertThat(sessions()).isEqualTo(2);
			});
		});
	}

	@Test
	void sessionSaysWhoseItIs() {
		this.contextRunner.run((context) -> {
			started(context);
			assertThat(this.database.query("select distinct application_name from pg_stat_activity"
					+ " where datname = current_database() and pid <> pg_backend_pid() and application_name <> ''",
					String.class))
				.matches("notes/[0-9a-z]{6}");
		});
	}

	@Test
	void startSaysProfileSizesAndWhatTheUserOverrode(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.pool-name=main",
					"spring.datasource.hikari.maximum-pool-size=7")
			.run((context) -> {
				assertThat(started(context).getMaximumPoolSize()).isEqualTo(7);
				assertThat(lines(output)).singleElement()
					.asString()
					.contains(" INFO ",
							"main - runtime profile long-lived (default): minimumIdle=2, connectionTimeout=5 s,",
							"yours: maximumPoolSize=7");
			});
	}

	@Test
	void propertiesOfTheUserWin() {
		this.contextRunner
			.withPropertyValues("pgkeel.runtime-profile=serverless", "spring.datasource.hikari.maximum-pool-size=10",
					"spring.datasource.hikari.connection-timeout=30000", "spring.datasource.hikari.minimum-idle=3",
					"spring.datasource.hikari.data-source-properties.ApplicationName=mine")
			.run((context) -> {
				HikariDataSource pool = started(context);
				assertThat(pool.getMaximumPoolSize()).isEqualTo(10);
				assertThat(pool.getConnectionTimeout()).isEqualTo(30_000);
				assertThat(pool.getMinimumIdle()).isEqualTo(3);
				assertThat(pool.getDataSourceProperties()).containsEntry("ApplicationName", "mine");
				List<PoolSetting> users = context.getBean(PoolReports.class)
					.all()
					.get("dataSource")
					.from(PoolSetting.Source.USER);
				assertThat(users).extracting(PoolSetting::name)
					.containsExactly("maximumPoolSize", "minimumIdle", "connectionTimeout", "ApplicationName");
				assertThat(users)
					.allSatisfy((setting) -> assertThat(setting.reason()).contains("from property source \"test\""));
			});
	}

	/**
	 * Of a variable's name Spring Boot knows no upper case, and the driver no other.
	 */
	@Test
	void variablesOfTheUserWin(CapturedOutput output) {
		this.contextRunner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
						Map.of("SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_APPLICATIONNAME", "mine",
								"SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_TCPKEEPALIVE", "false"))))
			.run((context) -> {
				assertThat(started(context).getDataSourceProperties()).containsEntry("ApplicationName", "mine")
					.containsEntry("tcpKeepAlive", "false");
				assertThat(sessions("mine")).isPositive();
			});
		assertThat(output).contains("yours: tcpKeepAlive=false, ApplicationName=mine");
	}

	@Test
	void driverPropertyOfTheUserWinsInSpringBootsSpelling(CapturedOutput output) {
		this.contextRunner.withPropertyValues("spring.datasource.hikari.data-source-properties.application-name=mine")
			.run((context) -> {
				started(context);
				assertThat(sessions("mine")).isPositive();
			});
		assertThat(output).contains("yours: ApplicationName=mine");
	}

	private long sessions(String applicationName) {
		return this.database.query("select count(*) from pg_stat_activity where application_name = '" + applicationName
				+ "' and datname = current_database()", Long.class);
	}

	@Test
	void parametersOfTheUrlWin() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=" + this.database.jdbcUrl() + "?ApplicationName=from-url")
			.run((context) -> {
				started(context);
				assertThat(sessions("from-url")).isPositive();
			});
	}

	@Test
	void parametersOfTheUrlOfADataSourceClassWin() {
		this.contextRunner.withUserConfiguration(BarePoolConfiguration.class)
			.withPropertyValues("spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
					"spring.datasource.hikari.username=" + this.database.username(),
					"spring.datasource.hikari.data-source-properties.url=" + this.database.jdbcUrl()
							+ "?ApplicationName=from-class&tcpKeepAlive=false")
			.run((context) -> {
				HikariDataSource pool = started(context);
				assertThat(sessions("from-class")).isPositive();
				assertThat(pool.getDataSourceProperties()).containsOnlyKeys("url");
				assertThat(context.getBean(PoolReports.class).all().get("bare").from(PoolSetting.Source.USER))
					.extracting(PoolSetting::toString)
					.containsExactly("tcpKeepAlive=false", "ApplicationName=from-class");
			});
	}

	/**
	 * HikariCP would have the driver give up all hosts of the URL after
	 * {@code connectionTimeout}.
	 */
	@Test
	void loginThroughADataSourceClassMayTakeLongerThanABorrow() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			this.contextRunner.withUserConfiguration(BarePoolConfiguration.class)
				.withPropertyValues(
						"spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
						"spring.datasource.hikari.username=" + this.database.username(),
						"spring.datasource.hikari.data-source-properties.url="
								+ this.database.jdbcUrl().replace("//", "//127.0.0.1:" + silent.getLocalPort() + ",")
								+ "?socketTimeout=6")
				.run((context) -> assertThat(started(context).getConnectionTimeout()).isEqualTo(30_000));
		}
	}

	@Test
	void connectionDetailsWin() {
		this.contextRunner.withUserConfiguration(ConnectionDetailsConfiguration.class)
			.withBean(TestDatabase.class, () -> this.database)
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent")
			.run((context) -> assertThat(started(context).getConnectionTimeout()).isEqualTo(5000));
	}

	@Test
	void poolOfTheUserBoundToTheSamePrefixIsSet() {
		this.contextRunner.withUserConfiguration(OwnPoolConfiguration.class)
			.withBean(TestDatabase.class, () -> this.database)
			.withPropertyValues("spring.datasource.hikari.minimum-idle=1")
			.run((context) -> {
				HikariDataSource pool = started(context);
				assertThat(pool.getConnectionTimeout()).isEqualTo(5000);
				assertThat(pool.getMaximumPoolSize()).isEqualTo(4);
				assertThat(pool.getMinimumIdle()).isOne();
			});
	}

	@Test
	void onlyThePoolBoundToTheSamePrefixIsSet() {
		this.contextRunner.withUserConfiguration(TwoPoolsConfiguration.class)
			.withBean(TestDatabase.class, () -> this.database)
			.run((context) -> {
				assertThat(context.getBean("first", HikariDataSource.class).getConnectionTimeout()).isEqualTo(5000);
				assertThat(context.getBean("second", HikariDataSource.class).getConnectionTimeout()).isEqualTo(30_000);
				assertThat(context.getBean(PoolReports.class).all()).containsOnlyKeys("first");
			});
	}

	@Test
	void runningPoolIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(RunningPoolConfiguration.class)
			.withBean(TestDatabase.class, () -> this.database)
			.run((context) -> {
				assertThat(context.getBean(HikariDataSource.class).getConnectionTimeout()).isEqualTo(30_000);
				assertThat(lines(output)).singleElement().asString().contains(" INFO ", "already running");
			});
	}

	@Test
	void subclassOfTheUserIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(SubclassConfiguration.class)
			.withBean(TestDatabase.class, () -> this.database)
			.run((context) -> {
				assertThat(started(context).getConnectionTimeout()).isEqualTo(30_000);
				assertThat(lines(output)).singleElement()
					.asString()
					.contains(" INFO ", "left as it is: its class is ", "CustomPool");
			});
	}

	@Test
	void serverIsNamedAtStart(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			KnownServer server = context.getBean(KnownServers.class).get(context.getBean(HikariDataSource.class));
			assertThat(server).isNotNull();
			assertThat(server.facts().database()).isEqualTo(this.database.name());
			assertThat(context.getBean(HikariDataSource.class).isRunning()).isFalse();
		});
		assertThat(output.getOut().lines().filter((line) -> line.contains(".PoolInspector "))).singleElement()
			.asString()
			.contains(" INFO ", "dataSource - PostgreSQL ",
					"(primary), database " + this.database.name() + " as postgres", "97 usable connections");
	}

	@Test
	void serverThatIsDownDoesNotStopTheStart(CapturedOutput output) {
		this.contextRunner.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(KnownServers.class).get(context.getBean(HikariDataSource.class))).isNull();
			});
		assertThat(output.getOut().lines().filter((line) -> line.contains(".PoolInspector "))).singleElement()
			.asString()
			.contains(" WARN ", "cannot be reached yet", "127.0.0.1:1 refused", "asked again");
	}

	@Test
	void observedPoolIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.mode=observe", "pgkeel.runtime-profile=serverless")
			.run((context) -> {
				HikariDataSource pool = started(context);
				assertThat(pool.getMaximumPoolSize()).isEqualTo(10);
				assertThat(pool.getConnectionTimeout()).isEqualTo(30_000);
				assertThat(lines(output)).singleElement()
					.asString()
					.contains(" INFO ", "would have set maximumPoolSize=1, minimumIdle=0, connectionTimeout=5 s");
			});
	}

	@Test
	void disabledMeansHikarisDefaults(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.enabled=false").run((context) -> {
			assertThat(started(context).getConnectionTimeout()).isEqualTo(30_000);
			assertThat(context).doesNotHaveBean(PoolReports.class);
			assertThat(output).doesNotContain("dev.pgkeel.autoconfigure");
		});
	}

	@Test
	void disabledDefaultsLeaveTheEncryptionOn(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.pool.enabled=false", "pgkeel.tls.mode=disable").run((context) -> {
			assertThat(started(context).getConnectionTimeout()).isEqualTo(30_000);
			assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties()).containsOnlyKeys("sslmode");
			assertThat(lines(output)).isEmpty();
		});
	}

	@Test
	void missingHikariMeansNothingHappens() {
		this.contextRunner
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools", "com.zaxxer.hikari"))
			.withPropertyValues("spring.datasource.type=org.springframework.jdbc.datasource.SimpleDriverDataSource")
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(DataSource.class);
				assertThat(context).doesNotHaveBean(PoolReports.class);
			});
	}

	@Test
	void otherDatabaseIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withPropertyValues("spring.datasource.url=jdbc:h2:mem:notes").run((context) -> {
			assertThat(started(context).getConnectionTimeout()).isEqualTo(30_000);
			assertThat(lines(output)).isEmpty();
		});
	}

	@Test
	void wrongProfileNameIsExplainedWithTheValidOnes() {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=server-less-ish").run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("pgkeel.runtime-profile", "server-less-ish");
			assertThat(analysis.getAction()).contains("auto", "long-lived", "serverless", "development");
		});
	}

	@Test
	void serverlessWithFlywayHasTwoConnectionsAndSaysWhy() {
		serverlessWith(FlywayAutoConfiguration.class).run((context) -> {
			assertThat(context).hasSingleBean(Flyway.class);
			assertThat(started(context).getMaximumPoolSize()).isEqualTo(2);
			assertThat(setting(context, "maximumPoolSize").reason()).contains("Flyway a second one while it migrates");
		});
	}

	@Test
	void serverlessWithLiquibaseHasTwoConnections() {
		serverlessWith(LiquibaseAutoConfiguration.class)
			.withPropertyValues("spring.liquibase.change-log=classpath:db/test-changelog.xml")
			.run((context) -> {
				assertThat(context).hasSingleBean(SpringLiquibase.class);
				assertThat(started(context).getMaximumPoolSize()).isEqualTo(2);
			});
	}

	@Test
	void serverlessWithFlywayOnItsOwnConnectionsHasOne() {
		serverlessWith(FlywayAutoConfiguration.class)
			.withPropertyValues("spring.flyway.url=" + this.database.jdbcUrl(), "spring.flyway.user=postgres",
					"spring.flyway.password=postgres")
			.run((context) -> assertThat(started(context).getMaximumPoolSize()).isOne());
	}

	@Test
	void longLivedWithFlywayStaysAsItIs() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.run((context) -> assertThat(started(context).getMaximumPoolSize()).isEqualTo(10));
	}

	private ApplicationContextRunner serverlessWith(Class<?> tool) {
		return this.contextRunner.withConfiguration(AutoConfigurations.of(tool))
			.withPropertyValues("pgkeel.runtime-profile=serverless");
	}

	private static PoolSetting setting(AssertableApplicationContext context, String name) {
		return context.getBean(PoolReports.class)
			.all()
			.get("dataSource")
			.settings()
			.stream()
			.filter((setting) -> setting.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private static HikariDataSource started(AssertableApplicationContext context) throws SQLException {
		HikariDataSource pool = context.getBean(HikariDataSource.class);
		pool.getConnection().close();
		return pool;
	}

	private Long sessions() {
		return this.database.query("select count(*) from pg_stat_activity where datname = current_database()"
				+ " and backend_type = 'client backend' and pid <> pg_backend_pid()", Long.class);
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".PoolConfigurer ")).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class ConnectionDetailsConfiguration {

		@Bean
		JdbcConnectionDetails connectionDetails(TestDatabase database) {
			return new JdbcConnectionDetails() {

				@Override
				public String getUsername() {
					return database.username();
				}

				@Override
				public String getPassword() {
					return database.password();
				}

				@Override
				public String getJdbcUrl() {
					return database.jdbcUrl();
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BarePoolConfiguration {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource bare() {
			return new HikariDataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPoolConfiguration {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource ownPool(TestDatabase database) {
			HikariDataSource pool = pool(database);
			pool.setMaximumPoolSize(4);
			return pool;
		}

		static HikariDataSource pool(TestDatabase database) {
			return DataSourceBuilder.create()
				.type(HikariDataSource.class)
				.url(database.jdbcUrl())
				.username(database.username())
				.password(database.password())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoPoolsConfiguration {

		@Bean
		@Primary
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource first(TestDatabase database) {
			return OwnPoolConfiguration.pool(database);
		}

		@Bean
		@ConfigurationProperties("app.second")
		HikariDataSource second(TestDatabase database) {
			return OwnPoolConfiguration.pool(database);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SubclassConfiguration {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource custom(TestDatabase database) {
			CustomPool pool = new CustomPool();
			pool.setJdbcUrl(database.jdbcUrl());
			pool.setUsername(database.username());
			return pool;
		}

	}

	static final class CustomPool extends HikariDataSource {

	}

	@Configuration(proxyBeanMethods = false)
	static class RunningPoolConfiguration {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource running(TestDatabase database) throws SQLException {
			HikariDataSource pool = OwnPoolConfiguration.pool(database);
			pool.getConnection().close();
			return pool;
		}

	}

}
