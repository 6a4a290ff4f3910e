package dev.pgkeel.benchmarks.soak;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * A network between an application and a server, with its faults.
 */
final class FaultyProxy implements AutoCloseable {

	private final ServerSocket socket;

	private final int target;

	private final List<Link> links = new CopyOnWriteArrayList<>();

	private volatile boolean refusing;

	FaultyProxy(int target) throws IOException {
		this.target = target;
		this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	int port() {
		return this.socket.getLocalPort();
	}

	/**
	 * Refuses new connections, or no longer.
	 */
	void refuse(boolean refusing) {
		this.refusing = refusing;
	}

	/**
	 * Cuts a connection: both sides notice.
	 */
	void cutOne(RandomGenerator random) {
		List<Link> all = List.copyOf(this.links);
		if (!all.isEmpty()) {
			all.get(random.nextInt(all.size())).close();
		}
	}

	void cutAll() {
		this.links.forEach(Link::close);
	}

	/**
	 * Loses all packets of the connections that there are: nobody notices by itself.
	 */
	void loseAll() {
		this.links.forEach((link) -> link.lost = true);
	}

	private void accept() {
		try {
			while (true) {
				Socket client = this.socket.accept();
				if (this.refusing) {
					client.close();
				}
				else {
					connect(client);
				}
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	private void connect(Socket client) throws IOException {
		try {
			new Link(client, new Socket(InetAddress.getLoopbackAddress(), this.target));
		}
		catch (IOException ex) {
			client.close();
		}
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
		cutAll();
	}

	/**
	 * One connection.
	 */
	private final class Link {

		private final Socket client;

		private final Socket server;

		private volatile boolean lost;

		private Link(Socket client, Socket server) throws IOException {
			this.client = client;
			this.server = server;
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
			FaultyProxy.this.links.add(this);
			start(() -> pass(client, server));
			start(() -> pass(server, client));
		}

		private void pass(Socket from, Socket to) {
			byte[] buffer = new byte[8192];
			try {
				InputStream input = from.getInputStream();
				OutputStream output = to.getOutputStream();
				for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
					if (!this.lost) {
						output.write(buffer, 0, length);
					}
				}
			}
			catch (IOException ex) {
				// Either side has had enough
			}
			if (!this.lost || from == this.client) {
				close();
			}
		}

		private void close() {
			FaultyProxy.this.links.remove(this);
			for (Socket socket : List.of(this.client, this.server)) {
				try {
					socket.close();
				}
				catch (IOException ex) {
					// It is gone
				}
			}
		}

	}

}
