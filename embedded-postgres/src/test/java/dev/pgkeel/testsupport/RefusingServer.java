package dev.pgkeel.testsupport;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Answers each login with an error, as a PostgreSQL does that still recovers, which no
 * real one does for long enough, or that speaks another language.
 */
public final class RefusingServer implements AutoCloseable {

	private final ServerSocket socket;

	private final byte[] error;

	private RefusingServer(ServerSocket socket, byte[] error) {
		this.socket = socket;
		this.error = error;
	}

	/**
	 * Starts a server.
	 * @param error the fields of the error, each with its letter and a zero byte at its
	 * end
	 * @return the server
	 */
	public static RefusingServer start(String error) {
		try {
			RefusingServer server = new RefusingServer(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()),
					(error + "\0").getBytes(StandardCharsets.UTF_8));
			Thread thread = new Thread(server::refuse);
			thread.setDaemon(true);
			thread.start();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void refuse() {
		try {
			while (true) {
				try (Socket client = this.socket.accept(); OutputStream out = client.getOutputStream()) {
					DataInputStream in = new DataInputStream(client.getInputStream());
					in.readNBytes(in.readInt() - Integer.BYTES);
					out.write('E');
					out.write(ByteBuffer.allocate(Integer.BYTES).putInt(this.error.length + Integer.BYTES).array());
					out.write(this.error);
				}
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	/**
	 * Returns the address of a database there.
	 * @return the URL, without TLS
	 */
	public String jdbcUrl() {
		return "jdbc:postgresql://localhost:" + this.socket.getLocalPort() + "/notes?sslmode=disable";
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
