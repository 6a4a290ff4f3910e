package dev.pgkeel.autoconfigure;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.pgkeel.actuate.TransactionMeters;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import dev.pgkeel.transaction.RetryableTransactions;
import dev.pgkeel.transaction.TransactionGuard;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PgkeelTransactionAutoConfiguration}.
 */
class PgkeelTransactionAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelTransactionAutoConfiguration.class))
		.withPropertyValues(this.database.properties());

	@Test
	void listenerOfTheApplicationIsTheOneThatItsBeansGet() {
		this.contextRunner.withUserConfiguration(ListenerConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(JdbcTransactionManager.class)
				.satisfies((manager) -> assertThat(manager.getTransactionExecutionListeners()).contains(
						context.getBean("audit", TransactionExecutionListener.class),
						context.getBean(TransactionGuard.class))));
	}

	@Test
	void managerThatAPostProcessorNeedsIsGuardedToo() {
		this.contextRunner.withUserConfiguration(PostProcessorConfiguration.class)
			.run((context) -> assertThat(context).getBean(JdbcTransactionManager.class)
				.satisfies((manager) -> assertThat(manager.getTransactionExecutionListeners())
					.contains(context.getBean(TransactionGuard.class))));
	}

	@Test
	void predicateForRetriesFindsTheGuard() {
		this.contextRunner.run((context) -> {
			RetryableTransactions predicate = context.getAutowireCapableBeanFactory()
				.createBean(RetryableTransactions.class);
			assertThat(predicate.shouldRetry(Object.class.getMethod("toString"),
					new CannotAcquireLockException("deadlock", new SQLException("deadlock", "40P01"))))
				.isTrue();
		});
	}

	@Test
	void methodOfAClosedContextKeepsItsFailure() {
		AtomicReference<Orders> orders = new AtomicReference<>();
		this.contextRunner.withUserConfiguration(OrdersConfiguration.class).run((context) -> {
			orders.set(context.getBean(Orders.class));
			orders.get().place(() -> {
			});
		});
		assertThatExceptionOfType(CannotCreateTransactionException.class).isThrownBy(() -> orders.get().place(() -> {
		})).withStackTraceContaining("has been closed");
	}

	@Test
	void applicationsTemplateIsTheGuardedOne() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(TransactionTemplate.class)
				.hasSingleBean(TransactionOperations.class)
				.hasBean("transactionTemplate");
			assertThat(context.getBean(TransactionTemplate.class))
				.isExactlyInstanceOf(GuardedTransactionTemplate.class);
		});
	}

	@Test
	void templateUsesTheApplicationsTransactionManager() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTransactionManager())
				.isSameAs(context.getBean(PlatformTransactionManager.class)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.enabled=false", "pgkeel.transaction.enabled=false" })
	void disabledMeansSpringsTemplate(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class))
				.isExactlyInstanceOf(TransactionTemplate.class));
	}

	@Test
	void nothingIsLimitedByDefault() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTimeout()).isEqualTo(-1));
	}

	@Test
	void timeoutIsTheTemplates() {
		this.contextRunner.withPropertyValues("pgkeel.transaction.timeout=3s")
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTimeout()).isEqualTo(3));
	}

	@Test
	void observingLimitsNothing() {
		this.contextRunner.withPropertyValues("pgkeel.transaction.timeout=3s", "pgkeel.mode=observe")
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTimeout()).isEqualTo(-1));
	}

	@Test
	void fractionOfASecondIsRefusedAtStart() {
		this.contextRunner.withPropertyValues("pgkeel.transaction.timeout=1500ms")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(
						"pgkeel.transaction.timeout must be whole seconds, between 1 and 2147483647, and not PT1.5S"));
	}

	@Test
	void springsDefaultTimeoutHasTeethInTheUsersManagers() {
		this.contextRunner.withUserConfiguration(PrimaryManagerConfiguration.class).run((context) -> {
			JdbcTransactionManager manager = context.getBean("second", JdbcTransactionManager.class);
			manager.setDefaultTimeout(1);
			assertThatThrownBy(() -> new TransactionTemplate(manager).executeWithoutResult((status) -> {
				try (Statement statement = DataSourceUtils.getConnection(context.getBean(DataSource.class))
					.createStatement()) {
					statement.execute("select pg_sleep(60)");
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
			})).satisfies((ex) -> assertThat(Throwables.getStackTrace(ex)).containsAnyOf("canceling statement",
					// The server's own limit, where the cancelling is late
					"terminating connection due to transaction timeout"));
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void limitOfAnAnnotationIsToldToTheCaller(boolean inStatement) {
		this.contextRunner.withUserConfiguration(OrdersConfiguration.class).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
			TransactionGuard guard = context.getBean(TransactionGuard.class);
			assertThatExceptionOfType(TransactionTimedOutException.class).isThrownBy(() -> orders.place(() -> {
				if (inStatement) {
					jdbc.execute("select pg_sleep(60)");
				}
				await().until(() -> guard.running().get(0).runningFor().compareTo(Duration.ofMillis(1100)) > 0);
			}))
				.withMessageMatching(
						"Transaction '.*Orders\\.place' took \\d+\\.\\d s, its limit is (1\\.0|0\\.\\d) s: about"
								+ (inStatement ? " ([1-9]\\d*\\.\\d|0\\.[5-9]) s in statements.*"
										: " 0\\.[0-9] s in statements.*"));
		});
	}

	@Test
	void otherFailuresOfAnAnnotatedMethodKeepTheirType() {
		this.contextRunner.withUserConfiguration(OrdersConfiguration.class).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			assertThatIllegalStateException().isThrownBy(() -> orders.place(() -> {
				throw new IllegalStateException("callback");
			})).withMessage("callback");
		});
	}

	@Test
	void startEndsWhereCircularReferencesAreAllowed() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelToolGuardAutoConfiguration.class))
			.withUserConfiguration(OrdersConfiguration.class)
			.withAllowCircularReferences(true)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void templateOfTheUserWins() {
		this.contextRunner.withUserConfiguration(OwnTemplateConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(TransactionOperations.class).hasBean("ownTemplate"));
	}

	@Test
	void severalManagersWithoutAPrimaryOneHaveNoTemplate() {
		this.contextRunner.withUserConfiguration(TwoManagersConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TransactionTemplate.class));
	}

	@Test
	void everyManagerIsGuarded() {
		this.contextRunner.withUserConfiguration(TwoManagersConfiguration.class).run((context) -> {
			TransactionGuard guard = context.getBean(TransactionGuard.class);
			for (String name : List.of("first", "second")) {
				TransactionTemplate template = new TransactionTemplate(
						context.getBean(name, PlatformTransactionManager.class));
				template.setTimeout(30);
				template.executeWithoutResult((status) -> assertThat(guard.running()).singleElement()
					.satisfies((running) -> assertThat(running.limit()).isNotNull()));
			}
		});
	}

	@Test
	void transactionsAreMetered() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelMetersAutoConfiguration.class))
			.run((context) -> {
				MeterRegistry meters = new SimpleMeterRegistry();
				context.getBean(TransactionMeters.class).bindTo(meters);
				TransactionTemplate template = context.getBean(TransactionTemplate.class);
				template.executeWithoutResult((status) -> assertThat(status.isNewTransaction()).isTrue());
				template.executeWithoutResult(TransactionStatus::setRollbackOnly);
				assertThat(meters.get("pgkeel.transaction").tag("outcome", "committed").timer().count()).isOne();
				assertThat(meters.get("pgkeel.transaction").tag("outcome", "rolled-back").timer().count()).isOne();
				assertThat(meters.get("pgkeel.transaction").tag("outcome", "timed-out").timer().count()).isZero();
				assertThat(meters.get("pgkeel.transaction").tag("outcome", "unknown").timer().count()).isZero();
				assertThat(meters.get("pgkeel.transaction.retries").functionCounter().count()).isZero();
				assertThat(meters.find("pgkeel.transaction").tagKeys("name").timers()).isEmpty();
			});
	}

	@Test
	void namesAreTagsOnRequest() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelMetersAutoConfiguration.class))
			.withPropertyValues("pgkeel.transaction.name-tag=true")
			.run((context) -> {
				MeterRegistry meters = new SimpleMeterRegistry();
				context.getBean(TransactionMeters.class).bindTo(meters);
				GuardedTransactionTemplate template = context.getBean(GuardedTransactionTemplate.class).readOnly();
				template.setName("Orders.list");
				template.executeWithoutResult((status) -> assertThat(status.isReadOnly()).isTrue());
				assertThat(meters.get("pgkeel.transaction")
					.tag("outcome", "committed")
					.tag("name", "Orders.list")
					.timer()
					.count()).isOne();
			});
	}

	@Test
	void withoutMicrometerThereAreNoMeters() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelMetersAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(TransactionGuard.class)
				.doesNotHaveBean("pgkeelTransactionMeters"));
	}

	@Test
	void retryOfThePropertiesIsTheTemplates() {
		this.contextRunner
			.withPropertyValues("pgkeel.transaction.retry.max-attempts=3", "pgkeel.transaction.retry.delay=1ms",
					"pgkeel.transaction.retry.max-delay=2ms")
			.run((context) -> {
				assertThat(attemptsOf(context.getBean(TransactionTemplate.class))).isEqualTo(3);
				assertThat(context.getBean(TransactionGuard.class).retries()).isEqualTo(2);
			});
	}

	@Test
	void nothingIsRetriedByDefaultOrWhenObserving() {
		this.contextRunner
			.run((context) -> assertThat(attemptsOf(context.getBean(TransactionTemplate.class))).isEqualTo(1));
		this.contextRunner.withPropertyValues("pgkeel.transaction.retry.max-attempts=3", "pgkeel.mode=observe")
			.run((context) -> assertThat(attemptsOf(context.getBean(TransactionTemplate.class))).isEqualTo(1));
	}

	private static int attemptsOf(TransactionTemplate template) {
		AtomicInteger attempts = new AtomicInteger();
		assertThatThrownBy(() -> template.executeWithoutResult((status) -> {
			attempts.incrementAndGet();
			throw new CannotAcquireLockException("deadlock", new SQLException("provoked", "40P01"));
		})).isInstanceOf(CannotAcquireLockException.class);
		return attempts.get();
	}

	@ParameterizedTest
	@CsvSource({ "retry.max-attempts=0, must be at least one",
			"retry.delay=0s, 'pgkeel.transaction.retry.delay must be at least one millisecond'",
			"retry.max-delay=1ms, no longer than max-delay", "retry.multiplier=0.5, must be at least 1" })
	void badValuesAreRefusedAtStart(String property, String message) {
		this.contextRunner.withPropertyValues("pgkeel.transaction." + property)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(message));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void slowTransactionIsReportedWithItsIdleShare(CapturedOutput output) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelLeaseAutoConfiguration.class))
			.withPropertyValues("pgkeel.transaction.slow-after=3s")
			.run((context) -> {
				GuardedTransactionTemplate template = context.getBean(GuardedTransactionTemplate.class).readOnly();
				template.setName("Orders.slow");
				JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
				template.executeWithoutResult((status) -> {
					jdbc.execute("select 1");
					await().untilAsserted(() -> assertThat(output).containsPattern("Transaction 'Orders.slow' has been"
							+ " running for \\d+\\.\\d s, of which about \\d+\\.\\d s idle in transaction: something slow"));
				});
			});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void shutdownWaitsForTransactionsAndSaysHowManyFinished(CapturedOutput output) throws Exception {
		CompletableFuture<Boolean> done = new CompletableFuture<>();
		this.contextRunner.run((context) -> begin(context, done, () -> {
			await().until(PgkeelTransactionAutoConfigurationTests::isShutdownWaiting);
			new JdbcTemplate(context.getBean(DataSource.class)).execute("select 1");
		}));
		assertThat(done.get()).isTrue();
		assertThat(output).contains("Shutdown: 1 transactions finished, none had to be cancelled");
	}

	private static boolean isShutdownWaiting() {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.flatMap(Arrays::stream)
			.anyMatch((frame) -> frame.getMethodName().equals("waitFor")
					&& frame.getClassName().equals("dev.pgkeel.transaction.TransactionDrain"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void shutdownCancelsWhatTakesTooLong(CapturedOutput output) throws Exception {
		CompletableFuture<Boolean> done = new CompletableFuture<>();
		this.contextRunner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=10s")
			.run((context) -> begin(context, done, "select pg_sleep(60)"));
		assertThat(done.get()).isFalse();
		assertThat(output).contains("Shutdown: 0 transactions finished, 1 were cancelled and rolled back")
			.doesNotContain("still running after timeout");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void contextThatIsOnlyPausedLetsItsTransactionsGoOn(CapturedOutput output) {
		assertTransactionsGoOn(ConfigurableApplicationContext::pause);
		assertThat(output).doesNotContain("Shutdown:");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void contextThatIsOnlyStoppedLetsItsTransactionsGoOn(CapturedOutput output) {
		assertTransactionsGoOn((context) -> {
			context.stop();
			context.start();
			context.stop();
		});
		assertThat(output).doesNotContain("Shutdown:");
	}

	private void assertTransactionsGoOn(Consumer<ConfigurableApplicationContext> pause) {
		this.contextRunner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=1s").run((context) -> {
			CompletableFuture<Boolean> done = new CompletableFuture<>();
			CountDownLatch paused = new CountDownLatch(1);
			begin(context, done, () -> {
				try {
					paused.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			pause.accept(context.getSourceApplicationContext());
			paused.countDown();
			assertThat(done.get()).isTrue();
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void shutdownOfAStoppedContextWaitsForItsTransactions(CapturedOutput output) throws Exception {
		CompletableFuture<Boolean> done = new CompletableFuture<>();
		this.contextRunner.run((context) -> {
			begin(context, done, () -> await().until(PgkeelTransactionAutoConfigurationTests::isShutdownWaiting));
			context.getSourceApplicationContext().stop();
		});
		assertThat(done.get()).isTrue();
		assertThat(output).contains("Shutdown: 1 transactions finished, none had to be cancelled");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void startThatFailsWaitsForTransactionsToo(CapturedOutput output) {
		this.contextRunner.withBean(FailingStart.class).run((context) -> assertThat(context).hasFailed());
		assertThat(output).contains("Shutdown: 1 transactions finished, none had to be cancelled");
	}

	private static void begin(ApplicationContext context, CompletableFuture<Boolean> done, String sql)
			throws InterruptedException {
		begin(context, done, () -> new JdbcTemplate(context.getBean(DataSource.class)).execute(sql));
	}

	private static void begin(ApplicationContext context, CompletableFuture<Boolean> done, Runnable work)
			throws InterruptedException {
		TransactionTemplate template = context.getBean(TransactionTemplate.class);
		JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		CountDownLatch begun = new CountDownLatch(1);
		new Thread(() -> {
			try {
				template.executeWithoutResult((status) -> {
					jdbc.execute("select 1");
					begun.countDown();
					work.run();
				});
				done.complete(true);
			}
			catch (RuntimeException ex) {
				done.complete(false);
			}
		}).start();
		begun.await();
	}

	@Test
	void primaryManagerIsTaken() {
		this.contextRunner.withUserConfiguration(PrimaryManagerConfiguration.class)
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTransactionManager())
				.isSameAs(context.getBean("primary")));
	}

	@Test
	void missingTransactionModuleMeansNothingHappens() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.boot.transaction"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GuardedTransactionTemplate.class));
	}

	static class Orders {

		@Transactional(timeout = 1)
		void place(Runnable work) {
			work.run();
		}

	}

	static class FailingStart implements SmartLifecycle {

		private final ApplicationContext context;

		FailingStart(ApplicationContext context) {
			this.context = context;
		}

		@Override
		public void start() {
			try {
				begin(this.context, new CompletableFuture<>(),
						() -> await().until(PgkeelTransactionAutoConfigurationTests::isShutdownWaiting));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			// Its events are published to this one too
			new GenericApplicationContext(this.context).refresh();
			throw new IllegalStateException("provoked");
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PostProcessorConfiguration {

		@Bean
		static BeanPostProcessor needsAManager(PlatformTransactionManager transactionManager) {
			return new BeanPostProcessor() {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OrdersConfiguration {

		@Bean
		Orders orders() {
			return new Orders();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTemplateConfiguration {

		@Bean
		TransactionTemplate ownTemplate(PlatformTransactionManager manager) {
			return new TransactionTemplate(manager);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoManagersConfiguration {

		@Bean
		PlatformTransactionManager first(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		PlatformTransactionManager second(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryManagerConfiguration {

		@Bean
		@Primary
		PlatformTransactionManager primary(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		PlatformTransactionManager second(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ListenerConfiguration {

		@Bean
		TransactionExecutionListener audit() {
			return new TransactionExecutionListener() {
			};
		}

		@Bean
		JdbcTransactionManager transactionManager(DataSource dataSource, TransactionExecutionListener listener) {
			JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
			manager.addListener(listener);
			return manager;
		}

	}

}
