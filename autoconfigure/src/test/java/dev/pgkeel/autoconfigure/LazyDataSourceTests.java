package dev.pgkeel.autoconfigure;

import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.BudgetMeters;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LazyDataSource}.
 */
class LazyDataSourceTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(
				(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
				PgkeelMonitorAutoConfiguration.class, PgkeelMetersAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("spring.datasource.url=" + this.database.directUrl(), "pgkeel.monitor.interval=200ms");

	@Test
	void dataSourceThatCannotBeMadeIsNotNeeded() {
		this.contextRunner.withPropertyValues("spring.datasource.driver-class-name=absent.Driver").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(PgkeelMeters.class)).isNotNull();
		});
	}

	@Test
	void monitorStartsWithTheDataSource() {
		this.contextRunner.run((context) -> {
			ServerMonitor monitor = context.getBean(ServerMonitor.class);
			assertThat(context.getBeanFactory().containsSingleton("dataSource")).isFalse();
			assertThat(monitor.isActive()).isFalse();
			DataSource dataSource = context.getBean(DataSource.class);
			await(() -> assertThat(monitor.current()).isNotNull());
			assertThat(dataSource).isInstanceOf(GuardedDataSource.class);
		});
		await(() -> assertThat(
				this.database.query("select count(*) from pg_stat_activity where datname = current_database()"
						+ " and pid <> pg_backend_pid()", Long.class))
			.isZero());
	}

	@Test
	void budgetIsAMeterOnceTheDataSourceIsMade() {
		this.contextRunner.run((context) -> {
			SimpleMeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(BudgetMeters.class).bindTo(registry);
			assertThat(context.getBeanFactory().containsSingleton("dataSource")).isFalse();
			context.getBean(DataSource.class);
			assertThat(registry.find(BudgetMeters.BUDGET).tag("pool", "dataSource").gauge()).isNotNull();
		});
	}

	@Test
	void dataSourceThatIsMadeAfterTheEndStartsNothing() {
		this.contextRunner.run((context) -> {
			Lifecycle source = context.getSourceApplicationContext();
			source.stop();
			DataSource dataSource = context.getBean(DataSource.class);
			ServerMonitor monitor = context.getBean(ServerMonitor.class);
			await(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.doesNotContain("pgkeel-monitor-start"));
			assertThat(monitor.isActive()).isFalse();
			source.start();
			await(() -> assertThat(monitor.current()).isNotNull());
			assertThat(dataSource).isNotNull();
		});
	}

	@Test
	void monitorWaitsForTheOneThatIsInjected() {
		this.contextRunner.withUserConfiguration(TwoPools.class).run((context) -> {
			ServerMonitor monitor = context.getBean(ServerMonitor.class);
			context.getBean("other");
			assertThat(context.getBeanFactory().containsSingleton("main")).isFalse();
			context.getBean("main");
			await(() -> assertThat(monitor.isActive()).isTrue());
		});
	}

	private static void await(org.awaitility.core.ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoPools {

		@Bean
		HikariDataSource other() {
			return pool();
		}

		@Bean
		@Primary
		HikariDataSource main() {
			return pool();
		}

		private static HikariDataSource pool() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(TestServer.shared().newDatabase().directUrl());
			return pool;
		}

	}

}
