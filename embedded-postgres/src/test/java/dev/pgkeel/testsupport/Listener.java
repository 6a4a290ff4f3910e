package dev.pgkeel.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Listens, and serves each client on a thread of its own. Safe for use by several
 * threads.
 */
public final class Listener implements AutoCloseable {

	private final ServerSocket socket;

	private final Consumer<Socket> service;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	/**
	 * Starts to listen.
	 * @param address where
	 * @param service serves a client, and closes its socket
	 */
	public Listener(InetAddress address, Consumer<Socket> service) {
		this.service = service;
		try {
			this.socket = new ServerSocket(0, 100, address);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.executor.execute(this::accept);
	}

	/**
	 * Returns the port.
	 * @return the one that was free
	 */
	public int port() {
		return this.socket.getLocalPort();
	}

	/**
	 * Runs something on a thread of its own too.
	 * @param work what to run, interrupted by the end
	 */
	public void execute(Runnable work) {
		this.executor.execute(work);
	}

	private void accept() {
		try {
			while (true) {
				Socket client = this.socket.accept();
				this.executor.execute(() -> this.service.accept(client));
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	/**
	 * Closes a socket.
	 * @param socket the socket
	 */
	public static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
