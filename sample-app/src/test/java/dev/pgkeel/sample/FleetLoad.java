package dev.pgkeel.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users of the notes service who read, write, and keep connections busy for a second.
 */
final class FleetLoad implements AutoCloseable {

	private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]+)\"");

	private static final int LONGEST_PAUSE_MILLIS = 200;

	private final Balancer balancer;

	private final String tenant;

	private final List<Thread> threads = new ArrayList<>();

	private final AtomicInteger requests = new AtomicInteger();

	private final AtomicLong longestNanos = new AtomicLong();

	private final Queue<Balancer.Answer> failures = new ConcurrentLinkedQueue<>();

	private final Set<String> written = ConcurrentHashMap.newKeySet();

	private volatile boolean ended;

	FleetLoad(Balancer balancer) {
		this.balancer = balancer;
		this.tenant = id(balancer.send("POST", "/tenants", "{\"email\": \"fleet@example.com\", \"plan\": \"pro\"}"));
	}

	/**
	 * Starts users.
	 * @param quick how many read and write
	 * @param slow how many keep a connection for a second each time
	 */
	void start(int quick, int slow) {
		for (int user = 0; user < quick + slow; user++) {
			Thread thread = new Thread((user < quick) ? this::readAndWrite : this::keepBusy, "user " + user);
			thread.start();
			this.threads.add(thread);
		}
	}

	private void readAndWrite() {
		try {
			while (!this.ended) {
				String notes = "/tenants/" + this.tenant + "/notes";
				send("GET", notes, "");
				Balancer.Answer answer = send("POST", notes, "{\"body\": \"a note\"}");
				if (answer.status() == 201) {
					this.written.add(id(answer));
				}
				TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void keepBusy() {
		while (!this.ended) {
			send("POST", "/lab/transaction?sql=1", "");
		}
	}

	private Balancer.Answer send(String method, String path, String json) {
		long start = System.nanoTime();
		Balancer.Answer answer = this.balancer.send(method, path, json);
		this.longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
		this.requests.incrementAndGet();
		if (answer.status() / 100 != 2) {
			this.failures.add(answer);
		}
		return answer;
	}

	private static String id(Balancer.Answer answer) {
		Matcher matcher = ID.matcher(answer.body());
		if (!matcher.find()) {
			throw new IllegalStateException(answer.toString());
		}
		return matcher.group(1);
	}

	int requests() {
		return this.requests.get();
	}

	long longestMillis() {
		return TimeUnit.NANOSECONDS.toMillis(this.longestNanos.get());
	}

	/**
	 * Returns the answers that nobody wants.
	 */
	List<Balancer.Answer> failures() {
		return List.copyOf(this.failures);
	}

	/**
	 * Returns the notes that the service said it had written.
	 */
	Set<String> written() {
		return this.written;
	}

	@Override
	public void close() {
		this.ended = true;
		try {
			for (Thread thread : this.threads) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
