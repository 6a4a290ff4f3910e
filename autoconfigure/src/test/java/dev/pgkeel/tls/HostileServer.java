package dev.pgkeel.tls;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Somebody in the way who wants to see what an application sends in plaintext: denies TLS
 * or swallows the negotiation, asks for a cleartext password, and records everything but
 * the negotiation.
 */
final class HostileServer implements AutoCloseable {

	private static final int SSL_REQUEST = 80877103;

	private static final byte[] ASK_FOR_PASSWORD = { 'R', 0, 0, 0, 8, 0, 0, 0, 3 };

	private final ServerSocket socket;

	private final boolean mute;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();

	private HostileServer(boolean mute) {
		this.mute = mute;
		try {
			this.socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.executor.execute(this::accept);
	}

	/**
	 * Starts one that says that there is no TLS.
	 */
	static HostileServer thatDeniesTls() {
		return new HostileServer(false);
	}

	/**
	 * Starts one that swallows the question for TLS.
	 */
	static HostileServer thatSwallowsTheNegotiation() {
		return new HostileServer(true);
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
		try (client; DataInputStream in = new DataInputStream(client.getInputStream())) {
			OutputStream out = client.getOutputStream();
			int length = in.readInt();
			int code = in.readInt();
			if (code == SSL_REQUEST) {
				if (this.mute) {
					in.readAllBytes();
					return;
				}
				out.write('N');
				length = in.readInt();
				code = in.readInt();
			}
			record(in.readNBytes(length - 2 * Integer.BYTES));
			out.write(ASK_FOR_PASSWORD);
			in.readByte();
			record(in.readNBytes(in.readInt() - Integer.BYTES));
		}
		catch (IOException ex) {
			// The client has seen enough
		}
	}

	private void record(byte[] bytes) {
		synchronized (this.recorded) {
			this.recorded.writeBytes(bytes);
		}
	}

	int port() {
		return this.socket.getLocalPort();
	}

	String recorded() {
		synchronized (this.recorded) {
			return this.recorded.toString(StandardCharsets.UTF_8);
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
