package dev.pgkeel.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

import javax.net.SocketFactory;

/**
 * Makes sockets that let nothing out in plaintext until the server itself has said that
 * it has no TLS.
 * <p>
 * With {@code sslmode=prefer} alone, pgjdbc 42.7.13 connects again without TLS after any
 * failure: a few lost packets are enough to end in plaintext. The driver names this class
 * and makes an instance for each connection.
 *
 * @since 0.1.0
 */
public final class NegotiatingSocketFactory extends SocketFactory {

	@Override
	public Socket createSocket() {
		return new NegotiatingSocket();
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		throw unsupported();
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		throw unsupported();
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		throw unsupported();
	}

	@Override
	public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
			throws IOException {
		throw unsupported();
	}

	/**
	 * The driver connects its sockets itself.
	 */
	private static IOException unsupported() {
		return new IOException("Only unconnected sockets are made");
	}

}
