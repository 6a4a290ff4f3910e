package dev.pgkeel.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.awaitility.Awaitility.await;

/**
 * Spreads requests over instances, as a load balancer does: an instance whose readiness
 * is not {@code UP} gets none, one that refuses a connection neither, and then another
 * one gets the request. What was sent is never sent again. Each request has a connection
 * of its own, so that none is sent into one that the other side has just closed. Safe for
 * use by several threads.
 */
final class Balancer implements AutoCloseable {

	private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

	private static final int TIMEOUT_MILLIS = 30_000;

	private final List<Instance> instances = new CopyOnWriteArrayList<>();

	private final AtomicInteger turn = new AtomicInteger();

	private final ScheduledExecutorService checks = Executors.newSingleThreadScheduledExecutor();

	Balancer() {
		this.checks.scheduleWithFixedDelay(() -> this.instances.forEach(Instance::check), 0, CHECK_INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	/**
	 * Takes an instance in.
	 */
	Instance add(String address) {
		Instance instance = new Instance(address);
		instance.check();
		this.instances.add(instance);
		return instance;
	}

	/**
	 * Takes an instance out, and waits until it has accepted what was sent to it. What
	 * still waits to be accepted when Tomcat ends would be reset: so a rollout, such as
	 * one with a {@code preStop} hook in Kubernetes, takes an instance out first.
	 */
	void remove(Instance instance) {
		this.instances.remove(instance);
		instance.removed = true;
		await().until(() -> instance.connecting.get() == 0);
		// It accepts in the order of arrival
		instance.check();
	}

	/**
	 * Sends a request to the next instance that takes it.
	 */
	Answer send(String method, String path, String json) {
		while (true) {
			Instance instance = next();
			if (instance == null) {
				return new Answer(0, "no instance is ready", null);
			}
			try (Socket socket = instance.connectUnlessRemoved()) {
				return instance.exchange(socket, method, path, json);
			}
			catch (Refused ex) {
				instance.ready = false;
			}
			catch (IOException ex) {
				return new Answer(0, ex.toString(), instance);
			}
		}
	}

	private Instance next() {
		List<Instance> ready = this.instances.stream().filter((instance) -> instance.ready).toList();
		return ready.isEmpty() ? null : ready.get(Math.floorMod(this.turn.getAndIncrement(), ready.size()));
	}

	@Override
	public void close() {
		this.checks.shutdownNow();
	}

	/**
	 * What came back.
	 *
	 * @param status the HTTP status, 0 if there was no answer
	 * @param body the body, or what happened
	 * @param from the instance that was asked
	 */
	record Answer(int status, String body, Instance from) {

	}

	/**
	 * An instance that can be asked.
	 */
	static final class Instance {

		private final InetSocketAddress address;

		private final AtomicInteger connecting = new AtomicInteger();

		private volatile boolean ready;

		private volatile boolean removed;

		private Instance(String address) {
			String[] parts = address.split(":");
			this.address = new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
		}

		private void check() {
			try (Socket socket = connect()) {
				this.ready = exchange(socket, "GET", "/actuator/health/readiness", "").status() == 200;
			}
			catch (IOException | Refused ex) {
				this.ready = false;
			}
		}

		private Socket connectUnlessRemoved() throws Refused {
			this.connecting.incrementAndGet();
			try {
				if (this.removed) {
					throw new Refused(null);
				}
				return connect();
			}
			finally {
				this.connecting.decrementAndGet();
			}
		}

		private Socket connect() throws Refused {
			Socket socket = new Socket();
			try {
				socket.connect(this.address, TIMEOUT_MILLIS);
				return socket;
			}
			catch (IOException ex) {
				throw new Refused(ex);
			}
		}

		private Answer exchange(Socket socket, String method, String path, String json) throws IOException {
			socket.setSoTimeout(TIMEOUT_MILLIS);
			byte[] body = json.getBytes(StandardCharsets.UTF_8);
			String head = method + " " + path + " HTTP/1.1\r\nHost: notes\r\nConnection: close\r\n"
					+ "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
			OutputStream output = socket.getOutputStream();
			output.write((head + json).getBytes(StandardCharsets.UTF_8));
			output.flush();
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (!answer.startsWith("HTTP/1.1 ")) {
				throw new IOException("closed without an answer");
			}
			return new Answer(Integer.parseInt(answer.substring(9, 12)), answer.substring(answer.indexOf("\r\n\r\n")),
					this);
		}

	}

	/**
	 * There is no connection, or there shall be none, so nothing was sent.
	 */
	private static final class Refused extends Exception {

		private Refused(IOException cause) {
			super(cause);
		}

	}

}
