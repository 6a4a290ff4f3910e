package dev.pgkeel.tls;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import dev.pgkeel.testsupport.Listener;

/**
 * Somebody in the way who wants to see what an application sends in plaintext: denies TLS
 * or swallows the negotiation, asks for a cleartext password or passes everything on to a
 * server, and records everything but the negotiation. It listens on an address that is
 * not loopback.
 */
final class HostileServer implements AutoCloseable {

	private static final int SSL_REQUEST = 80877103;

	private static final byte[] ASK_FOR_PASSWORD = { 'R', 0, 0, 0, 8, 0, 0, 0, 3 };

	private final InetAddress address;

	private final Listener listener;

	private final boolean mute;

	private final int target;

	private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();

	private HostileServer(boolean mute, int target) {
		this.mute = mute;
		this.target = target;
		try {
			this.address = address().orElseThrow();
		}
		catch (SocketException ex) {
			throw new IllegalStateException(ex);
		}
		this.listener = new Listener(this.address, this::serve);
	}

	/**
	 * Starts one that says that there is no TLS.
	 */
	static HostileServer thatDeniesTls() {
		return new HostileServer(false, 0);
	}

	/**
	 * Starts one that swallows the question for TLS.
	 */
	static HostileServer thatSwallowsTheNegotiation() {
		return new HostileServer(true, 0);
	}

	/**
	 * Starts one that says that there is no TLS, though the server behind it has it.
	 */
	static HostileServer thatDeniesTheTlsOf(int port) {
		return new HostileServer(false, port);
	}

	/**
	 * Returns whether this machine has an address that is not loopback.
	 */
	static boolean canStart() throws SocketException {
		return address().isPresent();
	}

	/**
	 * Returns whether it swallows the question for TLS.
	 */
	boolean isMute() {
		return this.mute;
	}

	private static Optional<InetAddress> address() throws SocketException {
		return NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress())
			.findFirst();
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
			byte[] startup = in.readNBytes(length - 2 * Integer.BYTES);
			record(startup);
			if (this.target != 0) {
				passOn(length, code, startup, in, out);
				return;
			}
			out.write(ASK_FOR_PASSWORD);
			in.readByte();
			record(in.readNBytes(in.readInt() - Integer.BYTES));
		}
		catch (IOException ex) {
			// The client has seen enough
		}
	}

	private void passOn(int length, int code, byte[] startup, InputStream in, OutputStream out) throws IOException {
		try (Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target)) {
			DataOutputStream toServer = new DataOutputStream(server.getOutputStream());
			toServer.writeInt(length);
			toServer.writeInt(code);
			toServer.write(startup);
			InputStream fromServer = server.getInputStream();
			this.listener.execute(() -> copy(fromServer, out));
			byte[] buffer = new byte[8192];
			for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
				record(Arrays.copyOf(buffer, count));
				toServer.write(buffer, 0, count);
			}
		}
	}

	private static void copy(InputStream in, OutputStream out) {
		try {
			in.transferTo(out);
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

	/**
	 * Returns where it listens.
	 */
	String hostAndPort() {
		return this.address.getHostAddress() + ":" + this.listener.port();
	}

	String recorded() {
		synchronized (this.recorded) {
			return this.recorded.toString(StandardCharsets.UTF_8);
		}
	}

	@Override
	public void close() {
		this.listener.close();
	}

}
