package dev.pgkeel.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLSocketFactory;

import org.springframework.boot.ssl.SslBundles;

/**
 * Makes the driver's TLS sockets from an SSL bundle. Each connection asks the bundle
 * anew, so that a certificate that was rotated is used from then on.
 *
 * @since 0.1.0
 */
public final class BundleSocketFactory extends SSLSocketFactory {

	/**
	 * The driver makes its factories by the name of the class and one string, so there is
	 * no other way to hand it an object.
	 */
	private static final Map<String, SslBundles> BUNDLES = new ConcurrentHashMap<>();

	private final SSLSocketFactory factory;

	/**
	 * Creates a factory; called by the driver.
	 * @param name the name under which the bundle was registered
	 */
	public BundleSocketFactory(String name) {
		SslBundles bundles = BUNDLES.get(name);
		if (bundles == null) {
			throw new IllegalArgumentException("There is no SSL bundle " + name);
		}
		this.factory = bundles.getBundle(name).createSslContext().getSocketFactory();
	}

	static void register(String name, SslBundles bundles) {
		BUNDLES.put(name, bundles);
	}

	@Override
	public String[] getDefaultCipherSuites() {
		return this.factory.getDefaultCipherSuites();
	}

	@Override
	public String[] getSupportedCipherSuites() {
		return this.factory.getSupportedCipherSuites();
	}

	@Override
	public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
		return this.factory.createSocket(socket, host, port, autoClose);
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		return this.factory.createSocket(host, port);
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		return this.factory.createSocket(host, port, localHost, localPort);
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return this.factory.createSocket(host, port);
	}

	@Override
	public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
			throws IOException {
		return this.factory.createSocket(address, port, localAddress, localPort);
	}

}
