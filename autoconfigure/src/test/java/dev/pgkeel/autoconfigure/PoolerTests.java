package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications that go through a real PgBouncer.
 */
@RequiresComponent("pgbouncer")
@ExtendWith(OutputCaptureExtension.class)
class PoolerTests {

	private static final int STATEMENTS = 200;

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties());

	@Test
	void statementsFailThroughAPoolerWithoutPgkeelAndWorkWithIt(CapturedOutput output) {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			List<String> without = new ArrayList<>();
			// It is a matter of chance which sessions meet which statements
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
				through(pooler, "pgkeel.enabled=false").run((context) -> without.addAll(failures(context)));
				return without.contains("42P05");
			});
			List<String> with = new ArrayList<>();
			through(pooler).run((context) -> with.addAll(failures(context)));
			System.out.println("Statements that failed through a pooler, in runs of " + STATEMENTS + ": "
					+ without.size() + " without pgkeel, of which with 42P05 " + Collections.frequency(without, "42P05")
					+ "; " + with.size() + " with it");
			assertThat(without).isSubsetOf("42P05", "26000");
			assertThat(with).isEmpty();
		}
	}

	@Test
	void poolIsAdaptedToTransactionMode(CapturedOutput output) {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			through(pooler).run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				assertThat(pool.getDataSourceProperties()).containsEntry("prepareThreshold", "0");
				assertThat(context.getBean(KnownServers.class).get(pool).pooler()).isEqualTo(Pooler.TRANSACTION);
				assertThat(context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.POOLER))
					.singleElement()
					.hasToString("prepareThreshold=0");
			});
		}
		assertThat(lines(output)).singleElement()
			.asString()
			.contains(" INFO ",
					"dataSource - set prepareThreshold=0, since named statements are not safe behind a pooler");
		assertThat(output).contains("through a pooler in transaction mode");
	}

	@Test
	void sessionModeNeedsNothing(CapturedOutput output) {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.SESSION)) {
			through(pooler).run((context) -> {
				assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.doesNotContainKey("prepareThreshold");
				assertThat(failures(context)).isEmpty();
			});
		}
		assertThat(lines(output)).isEmpty();
	}

	/**
	 * The second connection of the probe waits for the session of the first one.
	 */
	@Test
	void onlySessionOfAPoolerIsNotKeptFromThePool() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.SESSION, "default_pool_size = 1")) {
			this.contextRunner
				.withPropertyValues("spring.datasource.url=" + pooler.jdbcUrl(this.database.name()),
						"spring.datasource.hikari.maximum-pool-size=1", "pgkeel.schema.enabled=false",
						"spring.datasource.hikari.connection-init-sql=select 1")
				.run((context) -> {
					HikariDataSource pool = context.getBean(HikariDataSource.class);
					try (Connection connection = pool.getConnection()) {
						assertThat(connection.isValid(5)).isTrue();
					}
					assertThat(context.getBean(KnownServers.class).get(pool).pooler()).isEqualTo(Pooler.UNKNOWN);
				});
		}
	}

	@Test
	void choiceOfTheUserWins() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			through(pooler, "spring.datasource.hikari.data-source-properties.prepareThreshold=3")
				.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.containsEntry("prepareThreshold", "3"));
			through(pooler, "spring.datasource.url=" + pooler.jdbcUrl(this.database.name()) + "?prepareThreshold=4")
				.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.doesNotContainKey("prepareThreshold"));
			through(pooler, "spring.datasource.hikari.data-source-class-name=org.postgresql.ds.PGSimpleDataSource",
					"spring.datasource.hikari.data-source-properties.url=" + pooler.jdbcUrl(this.database.name())
							+ "?prepareThreshold=4")
				.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.doesNotContainKey("prepareThreshold"));
		}
	}

	@Test
	void declaredPoolerIsNotProbed() {
		this.contextRunner.withPropertyValues("pgkeel.pooler=transaction").run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			assertThat(pool.getDataSourceProperties()).containsEntry("prepareThreshold", "0");
			assertThat(context.getBean(KnownServers.class).get(pool).pooler()).isEqualTo(Pooler.TRANSACTION);
		});
	}

	@Test
	void poolIsAdaptedToADeclaredPoolerBeforeTheServerAnswers() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent",
					"pgkeel.schema.enabled=false", "pgkeel.pooler=transaction")
			.run((context) -> {
				assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.containsEntry("prepareThreshold", "0");
				assertThat(context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.POOLER))
					.singleElement()
					.hasToString("prepareThreshold=0");
			});
	}

	@Test
	void observedPoolIsNotAdapted(CapturedOutput output) {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			through(pooler, "pgkeel.mode=observe")
				.run((context) -> assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
					.isEmpty());
		}
		assertThat(lines(output)).singleElement().asString().contains("would have set prepareThreshold=0");
	}

	@Test
	void serverlessWithoutAPoolerIsWarnedAbout(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=serverless")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(lines(output)).singleElement()
			.asString()
			.contains(" WARN ", "burst of instances", "pooler in transaction mode", "pgkeel.direct.url");
	}

	@Test
	void schemaScriptsLeaveNoLockBehind() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			through(pooler).run((context) -> assertThat(context).hasNotFailed());
			through(pooler).run((context) -> assertThat(context).hasNotFailed());
			assertThat(this.database.query("select count(*) from pg_locks where locktype = 'advisory'", Long.class))
				.isZero();
			assertThat(this.database.query("select to_regclass('notes') is not null", Boolean.class)).isTrue();
		}
	}

	@Test
	void schemaScriptsGoToTheServerItself() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			this.database.execute("create role migrator login superuser");
			through(pooler, "pgkeel.direct.url=" + this.database.jdbcUrl(), "pgkeel.direct.username=migrator")
				.run((context) -> assertThat(context).hasNotFailed());
			assertThat(this.database.query("select tableowner from pg_tables where tablename = 'notes'", String.class))
				.isEqualTo("migrator");
		}
		finally {
			this.database.execute("drop owned by migrator; drop role migrator");
		}
	}

	private ApplicationContextRunner through(PgBouncer pooler, String... properties) {
		return this.contextRunner
			.withPropertyValues("spring.datasource.url=" + pooler.jdbcUrl(this.database.name()),
					"spring.datasource.hikari.minimum-idle=4", "spring.datasource.hikari.maximum-pool-size=4")
			.withPropertyValues(properties);
	}

	/**
	 * Runs the same statements on several connections at once, often enough for the
	 * driver to prepare them, and returns the states of those that failed.
	 */
	private static List<String> failures(AssertableApplicationContext context) throws Exception {
		DataSource pool = context.getBean(DataSource.class);
		ExecutorService executor = Executors.newFixedThreadPool(4);
		try {
			List<Future<List<String>>> workers = new ArrayList<>();
			for (int worker = 0; worker < 4; worker++) {
				workers.add(executor.submit(() -> work(pool)));
			}
			List<String> failures = new ArrayList<>();
			for (Future<List<String>> worker : workers) {
				failures.addAll(worker.get());
			}
			return failures;
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static List<String> work(DataSource pool) {
		List<String> failures = new ArrayList<>();
		for (int i = 0; i < STATEMENTS / 4; i++) {
			try (Connection connection = pool.getConnection();
					PreparedStatement statement = connection.prepareStatement("select ?::int")) {
				statement.setInt(1, i);
				statement.executeQuery().close();
			}
			catch (SQLException ex) {
				failures.add(ex.getSQLState());
			}
		}
		return failures;
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".PoolInspection ")).toList();
	}

}
