package dev.pgkeel.compatibility;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.lease.ConnectionLeakEvent;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionTimedOutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What holds for an application, whatever it uses to talk to its database. All its work
 * is done on the threads of its own executor, which are virtual where Spring Boot was
 * asked for such.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class StackTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final boolean virtualThreads;

	private final ConfigurableApplicationContext context;

	private final AsyncTaskExecutor threads;

	private final GuardedTransactionTemplate transactions;

	private final Accounts accounts;

	private final AccountService service;

	private final Leaks leaks;

	/**
	 * Starts an application.
	 * @param application its configuration
	 * @param virtualThreads whether it is to work on virtual threads
	 */
	protected StackTests(Class<?> application, boolean virtualThreads) {
		this.virtualThreads = virtualThreads;
		this.context = new SpringApplicationBuilder(application, ContractConfiguration.class)
			.web(WebApplicationType.NONE)
			.properties(this.database.properties())
			.properties("spring.threads.virtual.enabled=" + virtualThreads, "pgkeel.leak.capture=always",
					"spring.datasource.hikari.maximum-pool-size=4")
			.run();
		this.threads = this.context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
		this.transactions = this.context.getBean(GuardedTransactionTemplate.class);
		this.accounts = this.context.getBean(Accounts.class);
		this.service = this.context.getBean(AccountService.class);
		this.leaks = this.context.getBean(Leaks.class);
	}

	@AfterEach
	void nothingIsLeftOut() {
		HikariDataSource pool = this.context.getBean(HikariDataSource.class);
		assertThat(pool).isInstanceOf(GuardedDataSource.class);
		Awaitility.await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
	}

	@AfterAll
	void close() {
		this.context.close();
	}

	@Test
	void threadsAreOfTheKindAskedFor() throws Exception {
		assertThat(inTheApplication(() -> Thread.currentThread().toString().startsWith("VirtualThread")))
			.isEqualTo(this.virtualThreads);
	}

	@Test
	void tablesAreThereBeforeAnybodyNeedsThem() {
		assertThat(this.accounts.atStart()).isZero();
		assertThat(this.database.query("select count(*) from pgkeel_schema_history", Long.class)).isOne();
	}

	@Test
	void whatATransactionSavedIsThereAndReadAgain() throws Exception {
		inTheApplication(() -> this.transactions.executeWithoutResult((status) -> this.accounts.open("committed", 5)));
		assertThat(inTheApplication(() -> this.accounts.balance("committed"))).isEqualTo(5);
		assertThat(accounts("committed")).isOne();
	}

	@Test
	void whatATransactionSavedIsGoneWithIt() {
		assertThatIllegalStateException()
			.isThrownBy(() -> inTheApplication(() -> this.transactions.executeWithoutResult((status) -> {
				this.accounts.open("rolled back", 5);
				throw new IllegalStateException("on purpose");
			})));
		assertThatIllegalStateException()
			.isThrownBy(() -> inTheApplication(() -> this.service.openAndFail("rolled back")));
		assertThat(accounts("rolled back")).isZero();
	}

	@Test
	void limitOfTheTemplateHolds() {
		GuardedTransactionTemplate limited = this.transactions.withTimeout(Duration.ofSeconds(1));
		Instant begin = Instant.now();
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> inTheApplication(() -> limited.executeWithoutResult((status) -> this.accounts.sleep())))
			.withMessageContaining("its limit is 1.0 s");
		assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(10));
	}

	@Test
	void limitOfADeclaredTransactionHolds() {
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> inTheApplication(() -> this.service.sleep()))
			.withMessageContaining("AccountService.sleep");
	}

	@Test
	void serverEndsATransactionThatIdlesBeyondItsLimit() {
		GuardedTransactionTemplate limited = this.transactions.withTimeout(Duration.ofSeconds(5));
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> inTheApplication(() -> limited.executeWithoutResult((status) -> {
				this.accounts.open("idle", 1);
				assertThat(idleInTransaction()).isOne();
				Awaitility.await().until(() -> idleInTransaction() == 0);
			})));
	}

	@Test
	void serializationFailureIsRetried() throws Exception {
		this.accounts.open("template", 10);
		AtomicInteger attempts = new AtomicInteger();
		GuardedTransactionTemplate retrying = this.transactions.withRetry(5);
		retrying.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
		inTheApplication(() -> retrying.executeWithoutResult(
				(status) -> this.accounts.withdraw("template", 1, () -> collideOnce("template", attempts))));
		assertThat(attempts).hasValue(2);
		assertThat(balance("template")).isEqualTo(7);
	}

	@Test
	void declaredTransactionIsRetried() throws Exception {
		this.accounts.open("declared", 10);
		AtomicInteger attempts = new AtomicInteger();
		inTheApplication(() -> this.service.withdraw("declared", 1, () -> collideOnce("declared", attempts)));
		assertThat(attempts).hasValue(2);
		assertThat(balance("declared")).isEqualTo(7);
	}

	/**
	 * Writes what the first attempt has read, before it writes itself.
	 */
	private void collideOnce(String owner, AtomicInteger attempts) {
		if (attempts.incrementAndGet() == 1) {
			this.database.execute("update accounts set balance = balance - 2 where owner = '" + owner + "'");
		}
	}

	@Test
	void resultThatIsStillReadIsNoLeak() throws Exception {
		int told = this.leaks.events().size();
		assertThat(inTheApplication(() -> {
			try (Stream<Integer> numbers = this.accounts.numbers()) {
				int sum = 0;
				for (Iterator<Integer> left = numbers.iterator(); left.hasNext();) {
					int number = left.next();
					sum += number;
					if (number % 500 == 0) {
						System.gc();
					}
				}
				return sum;
			}
		})).isEqualTo(2001 * 1000);
		assertThat(this.leaks.events()).hasSize(told);
	}

	/**
	 * The application goes on with its work: a thread may remember its last connection
	 * until it uses another one, as jOOQ has it do.
	 */
	@Test
	void forgottenResultIsProvenAndItsConnectionReclaimed() throws Exception {
		this.accounts.open("others", 1);
		assertThat(inTheApplication(() -> this.accounts.numbers().iterator().next())).isOne();
		Awaitility.await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
			assertThat(inTheApplication(() -> this.accounts.balance("others"))).isOne();
			System.gc();
			assertThat(this.leaks.events()).anySatisfy((leak) -> {
				assertThat(leak.kind()).isEqualTo(ConnectionLeakEvent.Kind.RECLAIMED);
				assertThat(leak.callSite()).contains(".numbers(");
			});
		});
	}

	private long accounts(String owner) {
		return this.database.query("select count(*) from accounts where owner = '" + owner + "'", Long.class);
	}

	private int balance(String owner) {
		return this.database.query("select balance from accounts where owner = '" + owner + "'", Integer.class);
	}

	private long idleInTransaction() {
		return this.database.query("select count(*) from pg_stat_activity where datname = current_database()"
				+ " and state = 'idle in transaction'", Long.class);
	}

	private void inTheApplication(Runnable work) throws Exception {
		inTheApplication(() -> {
			work.run();
			return true;
		});
	}

	private <T> T inTheApplication(Callable<T> work) throws Exception {
		Future<T> result = this.threads.submit(work);
		try {
			return result.get(1, TimeUnit.MINUTES);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
		catch (TimeoutException ex) {
			result.cancel(true);
			throw ex;
		}
	}

}
