package dev.pgkeel.schema;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a server, and counts how often the client waits for an
 * answer: each Query and each Sync of PostgreSQL's protocol, version 3.
 */
final class RoundTripProxy implements AutoCloseable {

	private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final AtomicInteger roundTrips = new AtomicInteger();

	private final int serverPort;

	RoundTripProxy(int serverPort) throws IOException {
		this.serverPort = serverPort;
		this.executor.execute(this::accept);
	}

	String jdbcUrl(String database) {
		return "jdbc:postgresql://127.0.0.1:" + this.listener.getLocalPort() + "/" + database
				+ "?sslmode=disable&gssEncMode=disable";
	}

	/**
	 * Returns the number of round trips since it was last asked.
	 */
	int count() {
		return this.roundTrips.getAndSet(0);
	}

	private void accept() {
		try {
			while (true) {
				Socket client = this.listener.accept();
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.serverPort);
				this.executor.execute(() -> forward(client, server));
				this.executor.execute(() -> answer(server, client));
			}
		}
		catch (IOException ex) {
			// The listener is closed
		}
	}

	private void forward(Socket client, Socket server) {
		try (client; server; DataInputStream in = new DataInputStream(client.getInputStream())) {
			DataOutputStream out = new DataOutputStream(server.getOutputStream());
			pass(in, out);
			while (true) {
				int type = in.readUnsignedByte();
				out.writeByte(type);
				pass(in, out);
				if (type == 'Q' || type == 'S') {
					this.roundTrips.incrementAndGet();
				}
			}
		}
		catch (IOException ex) {
			// One of them has closed the connection
		}
	}

	private static void pass(DataInputStream in, DataOutputStream out) throws IOException {
		int length = in.readInt();
		byte[] body = in.readNBytes(length - Integer.BYTES);
		out.writeInt(length);
		out.write(body);
	}

	private static void answer(Socket server, Socket client) {
		try {
			server.getInputStream().transferTo(client.getOutputStream());
		}
		catch (IOException ex) {
			// One of them has closed the connection
		}
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		this.executor.shutdownNow();
	}

}
