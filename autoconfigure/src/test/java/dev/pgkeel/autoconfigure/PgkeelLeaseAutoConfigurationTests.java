package dev.pgkeel.autoconfigure;

import java.lang.ref.Reference;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.LeaseMeters;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.lease.ConnectionLeakEvent;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.lease.NestedConnectionException;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PgkeelLeaseAutoConfiguration}.
 */
@Tag("hikaricp")
@ExtendWith(OutputCaptureExtension.class)
class PgkeelLeaseAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				JdbcClientAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
				TransactionAutoConfiguration.class, PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class,
				PgkeelLeaseAutoConfiguration.class, PgkeelMetersAutoConfiguration.class,
				PgkeelEndpointAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("management.endpoints.web.exposure.include=pgkeel");

	@Test
	void poolThatNobodyIsToDestroyIsTheSameInEachContext() {
		try (HikariDataSource shared = new HikariDataSource()) {
			shared.setJdbcUrl(this.database.jdbcUrl());
			shared.setUsername(this.database.username());
			shared.setPassword(this.database.password());
			for (int context = 0; context < 2; context++) {
				this.contextRunner.withBean(KeptPool.class, () -> new KeptPool(shared)).run((started) -> {
					assertThat(started.getBean(HikariDataSource.class)).isSameAs(shared);
					started.getBean(JdbcTemplate.class).execute("select 1");
				});
			}
			assertThat(shared.isClosed()).isFalse();
			new JdbcTemplate(shared).execute("select 1");
		}
	}

	@Test
	void migrationToolThatBorrowsASecondConnectionIsNotWarnedAbout(CapturedOutput output) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class)).run((context) -> {
			assertThat(context).hasSingleBean(Flyway.class);
			assertThat(output).doesNotContain("borrows another one");
			try (Connection connection = context.getBean(DataSource.class).getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
				assertThat(context.getBean(LeasedPools.class).all().get("dataSource").held()).singleElement()
					.satisfies((lease) -> assertThat(lease.callSite()).isNull());
			}
		});
	}

	@Test
	void poolIsGuardedStaysHikariAndStartsLate() {
		this.contextRunner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=3").run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			assertThat(pool).isInstanceOf(GuardedDataSource.class).isSameAs(context.getBean(DataSource.class));
			assertThat(pool.isRunning()).isFalse();
			assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
			assertThat(pool.getMinimumIdle()).isEqualTo(2);
			assertThat(one(context)).isOne();
			assertThat(context.getBean(TransactionTemplate.class).<Integer>execute((status) -> one(context))).isOne();
			assertThat(context.getBean(LeasedPools.class).all()).containsOnlyKeys("dataSource");
			assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		});
	}

	@Test
	void disabledLeavesThePoolAsItIs() {
		this.contextRunner.withPropertyValues("pgkeel.leak.enabled=false").run((context) -> {
			assertThat(context.getBean(DataSource.class).getClass()).isEqualTo(HikariDataSource.class);
			assertThat(context).doesNotHaveBean(LeasedPools.class).doesNotHaveBean(LeaseMeters.class);
		});
	}

	@Test
	void otherDatabaseIsLeftAlone() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:lease", "spring.datasource.username=sa",
					"spring.datasource.password=")
			.run((context) -> assertThat(context.getBean(DataSource.class).getClass())
				.isEqualTo(HikariDataSource.class));
	}

	@Test
	void closingTheContextClosesTheGuardedPool() {
		AtomicReference<HikariDataSource> pool = new AtomicReference<>();
		this.contextRunner.run((context) -> {
			pool.set(context.getBean(HikariDataSource.class));
			one(context);
		});
		assertThat(pool.get().isClosed()).isTrue();
		Awaitility.await().until(() -> sessions() == 0);
	}

	@Test
	void runningPoolAndSubclassAreLeftAloneAndSaidSo(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(LeftAlone.class).run((context) -> {
			assertThat(context.getBean("running")).isNotInstanceOf(GuardedDataSource.class);
			assertThat(context.getBean("special")).isInstanceOf(SpecialPool.class);
			assertThat(output).contains("is not watched for leaks: it was already running when it became a bean")
				.contains("is not watched for leaks: its class is " + SpecialPool.class.getName());
		});
	}

	@Test
	void poolWithPropertiesOfItsOwnIsGuarded() {
		this.contextRunner.withUserConfiguration(OwnPrefix.class)
			.withPropertyValues("own.pool.jdbc-url=" + this.database.jdbcUrl(), "own.pool.username=postgres",
					"own.pool.maximum-pool-size=7")
			.run((context) -> {
				HikariDataSource pool = context.getBean("ownPool", HikariDataSource.class);
				assertThat(pool).isInstanceOf(GuardedDataSource.class);
				assertThat(pool.getMaximumPoolSize()).isEqualTo(7);
				assertThat(one(context)).isOne();
				assertThat(context.getBean(PgkeelEndpoint.class).pgkeel().pool().get("ownPool").leases()).isNotNull();
			});
	}

	@Test
	void productOfAFactoryBeanIsGuardedAndClosedWithTheContext() {
		AtomicReference<HikariDataSource> pool = new AtomicReference<>();
		this.contextRunner.withUserConfiguration(Factory.class).run((context) -> {
			pool.set(context.getBean(HikariDataSource.class));
			assertThat(pool.get()).isInstanceOf(GuardedDataSource.class);
			assertThat(one(context)).isOne();
		});
		assertThat(pool.get().isClosed()).isTrue();
		Awaitility.await().until(() -> sessions() == 0);
	}

	@Test
	void lazyFetchingIsOnTop() {
		this.contextRunner.withPropertyValues("spring.datasource.connection-fetch=lazy").run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			assertThat(dataSource).isNotInstanceOf(HikariDataSource.class);
			assertThat(dataSource.unwrap(HikariDataSource.class)).isInstanceOf(GuardedDataSource.class);
			PoolLeases leases = context.getBean(LeasedPools.class).all().get("dataSource");
			context.getBean(TransactionTemplate.class)
				.executeWithoutResult((status) -> assertThat(leases.held()).isEmpty());
			assertThat(context.getBean(TransactionTemplate.class).<Integer>execute((status) -> one(context))).isOne();
		});
	}

	@Test
	void decoratorsOfTheUserAreOnTop() {
		this.contextRunner.withUserConfiguration(Decorator.class).run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			assertThat(dataSource).isInstanceOf(TransactionAwareDataSourceProxy.class);
			assertThat(((TransactionAwareDataSourceProxy) dataSource).getTargetDataSource())
				.isInstanceOf(GuardedDataSource.class);
			assertThat(context.getBean(TransactionTemplate.class).<Integer>execute((status) -> one(context))).isOne();
			assertThat(dataSource.unwrap(HikariDataSource.class).getHikariPoolMXBean().getActiveConnections()).isZero();
		});
	}

	@Test
	void poolDerivedByItsClassWorksToo() {
		this.contextRunner.run((context) -> {
			try (HikariDataSource derived = (HikariDataSource) DataSourceBuilder
				.derivedFrom(context.getBean(DataSource.class))
				.build(); Connection connection = derived.getConnection()) {
				assertThat(connection.isValid(5)).isTrue();
			}
		});
	}

	@Test
	void leakIsPublishedCountedAndShown() {
		this.contextRunner.withUserConfiguration(Listening.class)
			.withPropertyValues("pgkeel.leak.capture=always")
			.run((context) -> {
				Connection held = leak(context.getBean(DataSource.class));
				assertThat(context.getBean(PgkeelEndpoint.class).pgkeel().pool().get("dataSource").leases().held())
					.singleElement()
					.satisfies((lease) -> {
						assertThat(lease.holder()).isEqualTo(Thread.currentThread().getName());
						assertThat(lease.callSite()).startsWith(getClass().getName() + ".leak(");
						assertThat(lease.session()).isEqualTo("unknown");
					});
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				context.getBean(LeaseMeters.class).bindTo(meters);
				assertThat(meters.get("pgkeel.lease.held.max").tag("pool", "dataSource").timeGauge().value())
					.isPositive();
				Reference.reachabilityFence(held);
				held = null;
				List<ConnectionLeakEvent> events = context.getBean(Listening.class).events;
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
					System.gc();
					return !events.isEmpty();
				});
				assertThat(events).singleElement()
					.extracting(ConnectionLeakEvent::callSite)
					.asString()
					.startsWith(getClass().getName() + ".leak(");
				assertThat(meters.get("pgkeel.leak.proven").tag("pool", "dataSource").functionCounter().count())
					.isEqualTo(1.0);
				assertThat(meters.get("pgkeel.leak.reclaimed").functionCounter().count()).isEqualTo(1.0);
				assertThat(meters.get("pgkeel.leak.suspected").functionCounter().count()).isZero();
				assertThat(meters.get("pgkeel.pool.nested.refused").functionCounter().count()).isZero();
				assertThat(meters.get("pgkeel.lease.held.max").timeGauge().value()).isZero();
			});
	}

	@Test
	void nestedBorrowIsToldOncePerLine(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.leak.capture=always").run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			for (int time = 0; time < 3; time++) {
				nest(dataSource);
			}
			try (Connection another = dataSource.getConnection()) {
				assertThat(another.isValid(5)).isTrue();
				borrow(dataSource);
			}
			assertThat(output.getOut().lines().filter((line) -> line.contains("borrows another one"))).singleElement()
				.asString()
				.contains(getClass().getName() + ".nest(", getClass().getName() + ".borrow(")
				.contains("T x (2 - 1) + 1")
				.contains("its 10 are enough for 9 threads");
		});
	}

	@Test
	void eachLineThatBorrowsWithinAConnectionIsTold(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			try (Connection outer = dataSource.getConnection()) {
				borrow(dataSource);
				borrow(dataSource);
				borrowElsewhere(dataSource);
				assertThat(outer.isValid(5)).isTrue();
			}
			assertThat(output.getOut().lines().filter((line) -> line.contains("borrows another one"))).satisfiesExactly(
					(line) -> assertThat(line).contains(getClass().getName() + ".borrow("),
					(line) -> assertThat(line).contains(getClass().getName() + ".borrowElsewhere("));
		});
	}

	@Test
	void borrowAfterAConnectionWasHandedOnIsNotNested(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.leak.capture=always").run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			Connection handedOn = dataSource.getConnection();
			try (Connection own = dataSource.getConnection()) {
				assertThat(own.isValid(5)).isTrue();
			}
			Thread other = new Thread(() -> close(handedOn), "other");
			other.start();
			other.join();
			assertThat(context.getBean(LeasedPools.class).all().get("dataSource").held()).isEmpty();
			assertThat(output).doesNotContain("borrows another one");
		});
	}

	private static void close(Connection connection) {
		try {
			connection.close();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void nestedBorrowInServerlessIsRefusedWithBothLines() {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=serverless", "pgkeel.leak.capture=always")
			.run((context) -> {
				DataSource dataSource = context.getBean(DataSource.class);
				assertThatExceptionOfType(NestedConnectionException.class).isThrownBy(() -> nest(dataSource))
					.satisfies((ex) -> {
						assertThat(ex.getOuterCallSite()).startsWith(getClass().getName() + ".nest(");
						assertThat(ex.getInnerCallSite()).startsWith(getClass().getName() + ".borrow(");
					});
				assertThat(one(context)).isOne();
			});
	}

	@Test
	void developmentRecordsLinesAlwaysAndTheyAreTheUsers() {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=development").run((context) -> {
			PoolLeases leases = context.getBean(LeasedPools.class).all().get("dataSource");
			String line = context.getBean(TransactionTemplate.class).execute((status) -> {
				assertThat(one(context)).isOne();
				return leases.held().get(0).callSite();
			});
			assertThat(line)
				.startsWith(getClass().getName() + ".lambda$developmentRecordsLinesAlwaysAndTheyAreTheUsers$");
		});
	}

	@Test
	void neverRecordsNoLine(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(Listening.class)
			.withPropertyValues("pgkeel.leak.capture=never")
			.run((context) -> {
				List<ConnectionLeakEvent> events = context.getBean(Listening.class).events;
				for (int leaks = 1; leaks <= 2; leaks++) {
					leak(context.getBean(DataSource.class));
					awaitLeaks(events, leaks);
				}
				assertThat(events).extracting(ConnectionLeakEvent::callSite).containsOnlyNulls();
				assertThat(output).contains("reclaimed a leaked connection").doesNotContain("recorded from now on");
			});
	}

	@Test
	void adaptiveRecordsLinesFromTheFirstLeakOn(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(Listening.class).run((context) -> {
			List<ConnectionLeakEvent> events = context.getBean(Listening.class).events;
			for (int leaks = 1; leaks <= 2; leaks++) {
				leak(context.getBean(DataSource.class));
				awaitLeaks(events, leaks);
			}
			assertThat(events.get(0).callSite()).isNull();
			assertThat(events.get(1).callSite()).startsWith(getClass().getName() + ".leak(");
			assertThat(output).contains("The lines of code that borrow are recorded from now on.");
		});
	}

	private static void awaitLeaks(List<ConnectionLeakEvent> events, int number) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
			System.gc();
			return events.size() == number;
		});
	}

	@Test
	void suspectNamesTheLineThatItsHolderIsAt(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(Listening.class)
			.withPropertyValues("pgkeel.leak.suspect-after=300ms", "pgkeel.leak.capture=always")
			.run((context) -> {
				CountDownLatch goOn = new CountDownLatch(1);
				Thread holder = startLight(() -> hold(context.getBean(DataSource.class), goOn));
				List<ConnectionLeakEvent> events = context.getBean(Listening.class).events;
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !events.isEmpty());
				goOn.countDown();
				holder.join();
				assertThat(events).singleElement().satisfies((event) -> {
					assertThat(event.kind()).isEqualTo(ConnectionLeakEvent.Kind.SUSPECTED);
					assertThat(event.holder()).isEqualTo("light holder");
					assertThat(event.callSite()).startsWith(getClass().getName() + ".hold(");
					assertThat(event.session()).startsWith("idle for ");
				});
				assertThat(output).containsPattern("suspects a leak: .* by light holder at " + getClass().getName()
						+ "\\.hold\\(.*its holder is at " + getClass().getName() + "\\.hold\\(.* \\(in .*park");
			});
	}

	private static void hold(DataSource dataSource, CountDownLatch goOn) {
		try (Connection connection = dataSource.getConnection()) {
			connection.createStatement().execute("select 1");
			goOn.await();
		}
		catch (SQLException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Starts a virtual thread on a JDK that has them.
	 */
	private static Thread startLight(Runnable task) throws Exception {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			Class<?> type = Class.forName("java.lang.Thread$Builder");
			type.getMethod("name", String.class).invoke(builder, "light holder");
			return (Thread) type.getMethod("start", Runnable.class).invoke(builder, task);
		}
		catch (NoSuchMethodException ex) {
			Thread thread = new Thread(task, "light holder");
			thread.start();
			return thread;
		}
	}

	private static void nest(DataSource dataSource) throws SQLException {
		try (Connection outer = dataSource.getConnection()) {
			borrow(dataSource);
			assertThat(outer.isValid(5)).isTrue();
		}
	}

	private static void borrow(DataSource dataSource) throws SQLException {
		try (Connection inner = dataSource.getConnection()) {
			assertThat(inner.isValid(5)).isTrue();
		}
	}

	private static void borrowElsewhere(DataSource dataSource) throws SQLException {
		try (Connection inner = dataSource.getConnection()) {
			assertThat(inner.isValid(5)).isTrue();
		}
	}

	private static Connection leak(DataSource dataSource) throws SQLException {
		Connection connection = dataSource.getConnection();
		connection.createStatement().execute("select 1");
		return connection;
	}

	private static Integer one(AssertableApplicationContext context) {
		return context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single();
	}

	private int sessions() {
		return this.database.query("select count(*)::int from pg_stat_activity where datname = current_database()"
				+ " and pid <> pg_backend_pid()", Integer.class);
	}

	private static HikariDataSource plain(Environment environment) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(environment.getRequiredProperty("spring.datasource.url"));
		pool.setUsername(environment.getRequiredProperty("spring.datasource.username"));
		pool.setMaximumPoolSize(2);
		return pool;
	}

	@Configuration(proxyBeanMethods = false)
	static class LeftAlone {

		@Bean
		HikariDataSource running(Environment environment) {
			HikariConfig config = new HikariConfig();
			plain(environment).copyStateTo(config);
			return new HikariDataSource(config);
		}

		@Bean
		SpecialPool special(Environment environment) {
			SpecialPool pool = new SpecialPool();
			plain(environment).copyStateTo(pool);
			return pool;
		}

	}

	static class SpecialPool extends HikariDataSource {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPrefix {

		@Bean
		@ConfigurationProperties("own.pool")
		HikariDataSource ownPool() {
			return new HikariDataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Factory {

		@Bean
		FactoryBean<DataSource> factoryPool(Environment environment) {
			return new FactoryBean<>() {

				@Override
				public DataSource getObject() {
					return plain(environment);
				}

				@Override
				public Class<?> getObjectType() {
					return HikariDataSource.class;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Decorator {

		@Bean
		static BeanPostProcessor decorator() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					return (bean instanceof DataSource dataSource) ? new TransactionAwareDataSourceProxy(dataSource)
							: bean;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Listening {

		private final List<ConnectionLeakEvent> events = Collections.synchronizedList(new ArrayList<>());

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@EventListener
		void onLeak(ConnectionLeakEvent event) {
			this.events.add(event);
			throw new IllegalStateException("on purpose");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class KeptPool {

		private final HikariDataSource pool;

		KeptPool(HikariDataSource pool) {
			this.pool = pool;
		}

		@Bean(destroyMethod = "")
		HikariDataSource dataSource() {
			return this.pool;
		}

	}

}
