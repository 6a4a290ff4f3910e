package dev.pgkeel.tls;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import org.jspecify.annotations.Nullable;

/**
 * The certificate that a server shows, looked at to explain why it was refused: a
 * handshake, and nothing else is sent.
 *
 * @since 0.1.0
 */
public final class ServerCertificate {

	private static final int SSL_REQUEST = 80877103;

	private static final int SSL_REQUEST_LENGTH = 8;

	private static final int TIMEOUT_MILLIS = 3000;

	private static final int DNS_NAME = 2;

	private static final int IP_ADDRESS = 7;

	private ServerCertificate() {
	}

	/**
	 * Returns the hosts that a server's certificate is for.
	 * @param host the server's host
	 * @param port the server's port
	 * @return the names, empty if the server does not show a certificate with names
	 */
	public static List<String> names(String host, int port) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			DataOutputStream out = new DataOutputStream(socket.getOutputStream());
			out.writeInt(SSL_REQUEST_LENGTH);
			out.writeInt(SSL_REQUEST);
			if (new DataInputStream(socket.getInputStream()).readByte() != 'S') {
				return List.of();
			}
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, new TrustManager[] { new Onlooker() }, null);
			try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true)) {
				tls.startHandshake();
				Certificate shown = tls.getSession().getPeerCertificates()[0];
				return (shown instanceof X509Certificate certificate) ? names(certificate) : List.of();
			}
		}
		catch (IOException | GeneralSecurityException ex) {
			return List.of();
		}
	}

	private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
		List<String> names = new ArrayList<>();
		Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
		if (alternatives != null) {
			for (List<?> alternative : alternatives) {
				if (alternative.get(0).equals(DNS_NAME) || alternative.get(0).equals(IP_ADDRESS)) {
					names.add(String.valueOf(alternative.get(1)));
				}
			}
		}
		return names.isEmpty() ? List.of(certificate.getSubjectX500Principal().getName()) : names;
	}

	/**
	 * Takes any certificate, which does no harm: nothing is sent after the handshake.
	 */
	private static final class Onlooker implements X509TrustManager {

		@Override
		public void checkClientTrusted(X509Certificate @Nullable [] chain, String type) {
		}

		@Override
		public void checkServerTrusted(X509Certificate @Nullable [] chain, String type) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
