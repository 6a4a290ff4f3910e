package dev.pgkeel.embedded;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringApplication;

/**
 * Stops the server with the application's context, or at the latest when the JVM ends.
 * The latter goes through Spring Boot, whose handlers run after all contexts are closed:
 * a shutdown hook of our own would stop the server while the pool still uses it.
 */
final class EmbeddedPostgresLifecycle implements DisposableBean {

	private final EmbeddedPostgresServer server;

	private final Runnable close;

	EmbeddedPostgresLifecycle(EmbeddedPostgresServer server) {
		this.server = server;
		this.close = server::close;
		SpringApplication.getShutdownHandlers().add(this.close);
	}

	EmbeddedPostgresServer server() {
		return this.server;
	}

	@Override
	public void destroy() {
		this.server.close();
		try {
			SpringApplication.getShutdownHandlers().remove(this.close);
		}
		catch (IllegalStateException ex) {
			// The JVM is shutting down: the handler will find the server closed
		}
	}

}
