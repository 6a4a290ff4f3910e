package dev.pgkeel.embedded;

import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringApplication;

/**
 * Starts the server, and stops it with the application's context, or at the latest when
 * the JVM ends. The latter goes through Spring Boot, whose handlers run after all
 * contexts are closed: a shutdown hook of our own would stop the server while the pool
 * still uses it. A JVM that ends while the server starts waits for it, to stop it then.
 */
final class EmbeddedPostgresLifecycle implements DisposableBean {

	private final Object monitor = new Object();

	private final Runnable close = this::close;

	private @Nullable EmbeddedPostgresServer server;

	/**
	 * Starts a server.
	 * @param start starts it
	 * @throws IllegalStateException if the JVM ends already
	 */
	EmbeddedPostgresLifecycle(Supplier<EmbeddedPostgresServer> start) {
		synchronized (this.monitor) {
			// Before the start: afterwards the JVM may be ending, and nobody would stop
			// it
			SpringApplication.getShutdownHandlers().add(this.close);
			try {
				this.server = start.get();
			}
			catch (RuntimeException ex) {
				removeHandler();
				throw ex;
			}
		}
	}

	EmbeddedPostgresServer server() {
		return Objects.requireNonNull(this.server);
	}

	@Override
	public void destroy() {
		close();
		removeHandler();
	}

	private void close() {
		synchronized (this.monitor) {
			if (this.server != null) {
				this.server.close();
			}
		}
	}

	private void removeHandler() {
		try {
			SpringApplication.getShutdownHandlers().remove(this.close);
		}
		catch (IllegalStateException ex) {
			// The JVM is shutting down: the handler will find the server closed
		}
	}

}
