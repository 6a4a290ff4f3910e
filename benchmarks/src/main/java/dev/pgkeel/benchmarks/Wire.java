package dev.pgkeel.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgkeel.testsupport.Listener;
import org.jspecify.annotations.Nullable;

/**
 * The network between an application and a server. It may cut or refuse connections, or
 * lose them without telling either end, as a firewall does that has forgotten them, and
 * somebody in it may deny the server's TLS and read along. Safe for use by several
 * threads.
 */
public final class Wire implements AutoCloseable {

	private static final int SSL_REQUEST = 80877103;

	private static final int GSS_REQUEST = 80877104;

	private final Listener listener;

	private final int target;

	private final Set<Passage> passages = ConcurrentHashMap.newKeySet();

	private final ByteArrayOutputStream read = new ByteArrayOutputStream();

	private volatile boolean denying;

	private volatile boolean refusing;

	/**
	 * Leads to a server.
	 * @param target the server's port on the loopback interface
	 */
	public Wire(int target) {
		this.target = target;
		this.listener = new Listener(InetAddress.getLoopbackAddress(), this::serve);
	}

	/**
	 * Leads to a server.
	 * @param jdbcUrl its URL, with a port
	 * @return the wire
	 */
	public static Wire to(String jdbcUrl) {
		return new Wire(Integer.parseInt(jdbcUrl.replaceFirst(".*:(\\d+)/.*", "$1")));
	}

	/**
	 * Returns the port that the application connects to.
	 * @return the port, on the loopback interface
	 */
	public int port() {
		return this.listener.port();
	}

	/**
	 * Refuses new connections, or no longer.
	 * @param refuse whether to refuse them
	 */
	public void refuse(boolean refuse) {
		this.refusing = refuse;
	}

	/**
	 * Cuts connections: both ends notice.
	 * @param most how many at most
	 */
	public void cut(int most) {
		List<Passage> all = new ArrayList<>(this.passages);
		Collections.shuffle(all);
		all.stream().limit(most).forEach(Passage::close);
	}

	/**
	 * Loses the connections that there are: nothing passes any more. New ones pass.
	 * @param endsToo whether not even their end passes, when the application gives up
	 */
	public void loseConnections(boolean endsToo) {
		this.passages.forEach((passage) -> {
			passage.endLost = endsToo;
			passage.lost = true;
		});
	}

	/**
	 * Tells both ends of the lost connections that they are lost.
	 */
	public void resetLost() {
		this.passages.stream().filter((passage) -> passage.lost).forEach(Passage::close);
	}

	/**
	 * Says or does not say, for the server, that it has no TLS.
	 * @param deny whether to say it
	 */
	public void denyTls(boolean deny) {
		this.denying = deny;
	}

	/**
	 * Returns how often somebody could read a text while TLS was denied.
	 * @param text the text
	 * @return the number
	 */
	public long count(String text) {
		String all;
		synchronized (this.read) {
			all = this.read.toString(StandardCharsets.ISO_8859_1);
		}
		return all.split(text, -1).length - 1L;
	}

	private void serve(Socket client) {
		if (this.refusing) {
			Listener.close(client);
			return;
		}
		Passage passage;
		try {
			passage = new Passage(client, new Socket(InetAddress.getLoopbackAddress(), this.target));
		}
		catch (IOException ex) {
			Listener.close(client);
			return;
		}
		this.passages.add(passage);
		boolean denies = this.denying;
		try {
			if (denies) {
				passage.denyTls();
			}
			this.listener.execute(() -> passage.pass(passage.server, passage.client, null));
			passage.pass(passage.client, passage.server, denies ? this.read : null);
		}
		catch (IOException ex) {
			passage.close();
		}
	}

	@Override
	public void close() {
		this.listener.close();
		this.passages.forEach(Passage::close);
	}

	/**
	 * One connection.
	 */
	private final class Passage {

		private final Socket client;

		private final Socket server;

		private volatile boolean lost;

		private volatile boolean endLost;

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
			if (!this.lost || (from == this.client && !this.endLost)) {
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
			Listener.close(this.client);
			Listener.close(this.server);
		}

	}

}
