package dev.pgkeel.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MonitorThread}.
 */
class MonitorThreadTests {

	private final CountDownLatch asking = new CountDownLatch(1);

	private final CountDownLatch answer = new CountDownLatch(1);

	private final AtomicInteger asked = new AtomicInteger();

	private final AtomicInteger closed = new AtomicInteger();

	private volatile Thread first;

	private Duration ask() {
		if (this.asked.incrementAndGet() == 1) {
			this.first = Thread.currentThread();
			this.asking.countDown();
			try {
				this.answer.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		return Duration.ofHours(1);
	}

	private final MonitorThread thread = new MonitorThread((wanted) -> ask(), Duration.ofHours(1),
			this.closed::incrementAndGet);

	@Test
	void questionThatWasDueIsNotAskedAfterTheEnd() throws InterruptedException {
		this.thread.start();
		this.asking.await();
		this.thread.hurry(Duration.ZERO);
		this.thread.stop();
		this.answer.countDown();
		this.first.join();
		assertThat(this.asked).hasValue(1);
		assertThat(this.closed).hasValueGreaterThan(1);
	}

	@Test
	void endOfTheOldThreadDoesNotCloseWhatTheNewOneUses() throws InterruptedException {
		this.thread.start();
		this.asking.await();
		this.thread.stop();
		this.thread.start();
		this.answer.countDown();
		this.first.join();
		assertThat(this.closed).hasValue(1);
		this.thread.stop();
	}

	@Test
	void restartedThreadCanBeHurriedAgain() {
		this.answer.countDown();
		this.thread.start();
		Awaitility.await().until(() -> this.asked.get() == 1);
		this.thread.hurry(Duration.ofHours(1));
		this.thread.stop();
		this.thread.start();
		Awaitility.await().until(() -> this.asked.get() == 2);
		this.thread.hurry(Duration.ZERO);
		Awaitility.await().until(() -> this.asked.get() == 3);
		this.thread.stop();
	}

}
