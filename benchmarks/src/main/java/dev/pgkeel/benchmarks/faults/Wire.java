package dev.pgkeel.benchmarks.faults;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.jspecify.annotations.Nullable;

/**
 * The network between an application and a server. It may lose connections without
 * telling either end, as a firewall does that has forgotten them, and somebody in it may
 * deny the server's TLS and read along. Safe for use by several threads.
 */
final class Wire implements AutoCloseable {

	private static final int SSL_REQUEST = 80877103;

	private static final int GSS_REQUEST = 80877104;

	private final ServerSocket socket;

	private final int target;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final Set<Passage> passages = ConcurrentHashMap.newKeySet();

	private final ByteArrayOutputStream read = new ByteArrayOutputStream();

	private volatile boolean denying;

	private Wire(int target) {
		this.target = target;
		try {
			this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.executor.execute(this::accept);
	}

	/**
	 * Leads to a server.
	 * @param jdbcUrl its URL, with a port
	 */
	static Wire to(String jdbcUrl) {
		return new Wire(Integer.parseInt(jdbcUrl.replaceFirst(".*:(\\d+)/.*", "$1")));
	}

	int port() {
		return this.socket.getLocalPort();
	}

	/**
	 * Loses the connections that there are: nothing passes any more, not even their end.
	 * New ones pass.
	 */
	void loseConnections() {
		this.passages.forEach((passage) -> passage.lost = true);
	}

	/**
	 * Tells both ends of the lost connections that they are lost.
	 */
	void resetLost() {
		this.passages.stream().filter((passage) -> passage.lost).forEach(Passage::close);
	}

	/**
	 * Says or does not say, for the server, that it has no TLS.
	 */
	void denyTls(boolean deny) {
		this.denying = deny;
	}

	/**
	 * Returns how often somebody could read a text while TLS was denied.
	 */
	long count(String text) {
		String all;
		synchronized (this.read) {
			all = this.read.toString(StandardCharsets.ISO_8859_1);
		}
		return all.split(text, -1).length - 1L;
	}

	private void accept() {
		try {
			while (true) {
				Socket client = this.socket.accept();
				this.executor.execute(() -> serve(client));
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	private void serve(Socket client) {
		Passage passage;
		try {
			passage = new Passage(client, new Socket(InetAddress.getLoopbackAddress(), this.target));
		}
		catch (IOException ex) {
			close(client);
			return;
		}
		this.passages.add(passage);
		boolean denies = this.denying;
		try {
			if (denies) {
				passage.denyTls();
			}
			this.executor.execute(() -> passage.pass(passage.server, passage.client, null));
			passage.pass(passage.client, passage.server, denies ? this.read : null);
		}
		catch (IOException ex) {
			passage.close();
		}
	}

	private static void close(Socket socket) {
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
		this.passages.forEach(Passage::close);
	}

	/**
	 * One connection.
	 */
	private final class Passage {

		private final Socket client;

		private final Socket server;

		private volatile boolean lost;

		Passage(Socket client, Socket server) throws IOException {
			this.client = client;
			this.server = server;
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
		}

		/**
		 * Answers the questions that come before the start.
		 */
		void denyTls() throws IOException {
			DataInputStream in = new DataInputStream(this.client.getInputStream());
			int length = in.readInt();
			int code = in.readInt();
			while (code == SSL_REQUEST || code == GSS_REQUEST) {
				this.client.getOutputStream().write('N');
				length = in.readInt();
				code = in.readInt();
			}
			DataOutputStream out = new DataOutputStream(this.server.getOutputStream());
			out.writeInt(length);
			out.writeInt(code);
		}

		void pass(Socket from, Socket to, @Nullable ByteArrayOutputStream copy) {
			byte[] buffer = new byte[8192];
			try {
				InputStream in = from.getInputStream();
				OutputStream out = to.getOutputStream();
				for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
					if (!this.lost) {
						note(buffer, count, copy);
						out.write(buffer, 0, count);
					}
				}
			}
			catch (IOException ex) {
				// Either end has had enough
			}
			if (!this.lost) {
				close();
			}
		}

		private void note(byte[] buffer, int count, @Nullable ByteArrayOutputStream copy) {
			if (copy != null) {
				synchronized (copy) {
					copy.write(buffer, 0, count);
				}
			}
		}

		void close() {
			Wire.this.passages.remove(this);
			Wire.close(this.client);
			Wire.close(this.server);
		}

	}

}
