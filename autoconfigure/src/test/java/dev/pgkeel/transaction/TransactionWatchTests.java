package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.support.SimpleTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TransactionWatch}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TransactionWatchTests {

	private static final Duration SHORT = Duration.ofMillis(100);

	private static final Duration LONG = Duration.ofMinutes(10);

	private final DeadlineClock clock = new DeadlineClock();

	private final RunningTransactions running = new RunningTransactions();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final CountDownLatch done = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.done.countDown();
		this.threads.shutdownNow();
		this.clock.close();
	}

	@Test
	void slowTransactionIsReportedWithWhatItsThreadDoes(CapturedOutput output) {
		watch(LONG, () -> null);
		runSlowly("Orders.place");
		await().untilAsserted(() -> {
			assertThat(output).containsPattern(
					"INFO .*Transaction 'Orders.place' has been" + " running for \\d+\\.\\d s\\. Its thread is at:");
			assertThat(output).containsPattern("at .*dev\\.pgkeel\\.transaction\\.TransactionWatchTests\\.slowWork\\(");
		});
		assertThat(output).doesNotContain("idle in transaction");
	}

	@Test
	void verySlowTransactionIsReportedOnceMoreAsAWarning(CapturedOutput output) {
		watch(SHORT.multipliedBy(50), () -> null);
		runSlowly("Orders.place");
		await().untilAsserted(() -> assertThat(output)
			.containsPattern("(?s)INFO .*'Orders.place' has been.*WARN .*'Orders.place' has been"));
	}

	@Test
	void eachNameIsReportedOnceAMinute(CapturedOutput output) {
		watch(LONG, () -> null);
		runSlowly("Orders.place");
		runSlowly("Orders.place");
		runSlowly("Orders.cancel");
		runSlowly(null);
		await().untilAsserted(() -> assertThat(output).contains("'Orders.place' has", "'Orders.cancel' has",
				"A transaction without a name has"));
		TransactionWatch other = watch(LONG, () -> null);
		other.wakeUp();
		runSlowly("Orders.late");
		await().untilAsserted(() -> assertThat(output).contains("'Orders.late' has"));
		assertThat(output.toString().split("'Orders.place' has", -1)).hasSizeLessThanOrEqualTo(3);
	}

	@Test
	void idleShareIsToldWhenItIsKnown(CapturedOutput output) {
		long start = System.nanoTime();
		watch(LONG, () -> Duration.ofNanos(System.nanoTime() - start));
		runSlowly("Orders.place");
		await().untilAsserted(
				() -> assertThat(output).containsPattern("for \\d+\\.\\d s, of which about \\d+\\.\\d s idle in"
						+ " transaction: something slow other than SQL runs inside it\\. Its"));
	}

	@Test
	void workOnTheServerIsToldToo(CapturedOutput output) {
		watch(LONG, () -> Duration.ZERO);
		runSlowly("Orders.place");
		await().untilAsserted(() -> assertThat(output).contains(", and is at work on the server. Its thread"));
	}

	@Test
	void transactionWithoutAConnectionIsNotReported(CapturedOutput output) {
		this.running.add(transaction("jmsContainer", null));
		watch(LONG, () -> null);
		runSlowly("Orders.place");
		await().untilAsserted(() -> assertThat(output).contains("'Orders.place' has"));
		runSlowly("Orders.cancel");
		await().untilAsserted(() -> assertThat(output).contains("'Orders.cancel' has"));
		assertThat(output).doesNotContain("jmsContainer");
	}

	@Test
	void quickTransactionIsNotReported(CapturedOutput output) {
		watch(LONG, () -> null);
		RunningTransaction quick;
		int attempt = 0;
		do {
			attempt++;
			quick = transaction("Orders.quick" + attempt);
			this.running.add(quick);
			quick.end(TransactionOutcome.COMMITTED);
			this.running.leaveOut(quick);
		}
		while (quick.elapsed().compareTo(SHORT) >= 0);
		runSlowly("Orders.place");
		await().untilAsserted(() -> assertThat(output).contains("'Orders.place' has"));
		assertThat(output).doesNotContain("'Orders.quick" + attempt + "'");
	}

	@Test
	void limitIsActedOnWhenThereIsAThreadForIt() {
		AtomicInteger wanted = new AtomicInteger();
		AtomicInteger told = new AtomicInteger();
		try (DeadlineClock scarce = new DeadlineClock(withoutTheSecond(wanted))) {
			new Deadline(transaction("Orders.late"), SHORT, false, scarce, (deadline) -> told.incrementAndGet())
				.start();
			await().until(() -> told.get() == 1);
		}
		assertThat(wanted.get()).isGreaterThan(2);
	}

	@Test
	void watchGoesOnWhenThereIsAThreadForIt(CapturedOutput output) {
		AtomicInteger wanted = new AtomicInteger();
		try (DeadlineClock scarce = new DeadlineClock(withoutTheSecond(wanted))) {
			TransactionWatch watch = new TransactionWatch(this.running, SHORT, LONG, (dataSource, holder) -> null,
					scarce);
			runSlowly("Orders.place");
			watch.wakeUp();
			await().until(() -> wanted.get() == 2);
			await().untilAsserted(() -> {
				// As the next transaction does
				watch.wakeUp();
				assertThat(output).contains("'Orders.place' has");
			});
		}
	}

	/**
	 * The first thread is the clock's alarm, the second the one that works.
	 */
	private static ThreadFactory withoutTheSecond(AtomicInteger wanted) {
		return (task) -> {
			if (wanted.incrementAndGet() == 2) {
				throw new OutOfMemoryError("unable to create native thread");
			}
			return new Thread(task);
		};
	}

	private TransactionWatch watch(Duration verySlow, Supplier<@Nullable Duration> idle) {
		TransactionWatch watch = new TransactionWatch(this.running, SHORT, verySlow, (dataSource, holder) -> idle.get(),
				this.clock);
		this.running.add(transaction("Test"));
		watch.wakeUp();
		return watch;
	}

	private void runSlowly(@Nullable String name) {
		CountDownLatch begun = new CountDownLatch(1);
		this.threads.execute(() -> slowWork(name, begun));
		await().until(() -> begun.getCount() == 0);
	}

	private void slowWork(@Nullable String name, CountDownLatch begun) {
		this.running.add(transaction(name));
		begun.countDown();
		try {
			this.done.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static RunningTransaction transaction(@Nullable String name) {
		return transaction(name, "a data source");
	}

	private static RunningTransaction transaction(@Nullable String name, @Nullable Object connectionKey) {
		return new RunningTransaction(new SimpleTransactionStatus() {

			@Override
			public String getTransactionName() {
				return (name != null) ? name : "";
			}

		}, null, connectionKey, null);
	}

}
