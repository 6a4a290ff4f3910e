package dev.pgkeel.tls;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

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
	private static final Map<String, Registered> BUNDLES = new ConcurrentHashMap<>();

	private static final AtomicLong KEYS = new AtomicLong();

	private final SSLSocketFactory factory;

	private final SslOptions options;

	/**
	 * Creates a factory; called by the driver.
	 * @param key what the bundle was registered as
	 */
	public BundleSocketFactory(String key) {
		Registered registered = BUNDLES.get(key);
		SslBundles bundles = (registered != null) ? registered.bundles().get() : null;
		if (registered == null || bundles == null) {
			throw new IllegalArgumentException("There is no SSL bundle " + key);
		}
		SslBundle bundle = bundles.getBundle(registered.name());
		this.factory = bundle.createSslContext().getSocketFactory();
		this.options = bundle.getOptions();
	}

	/**
	 * Registers a bundle for as long as somebody else refers to all of them: two
	 * applications, or two contexts of a test, may have bundles of the same name.
	 * @param name the bundle's name
	 * @param bundles all bundles
	 * @return the string for the driver
	 */
	static String register(String name, SslBundles bundles) {
		BUNDLES.values().removeIf((registered) -> registered.bundles().get() == null);
		String key = name + "#" + KEYS.incrementAndGet();
		BUNDLES.put(key, new Registered(name, new WeakReference<>(bundles)));
		return key;
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
		return configured(this.factory.createSocket(socket, host, port, autoClose));
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		return configured(this.factory.createSocket(host, port));
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		return configured(this.factory.createSocket(host, port, localHost, localPort));
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return configured(this.factory.createSocket(host, port));
	}

	@Override
	public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
			throws IOException {
		return configured(this.factory.createSocket(address, port, localAddress, localPort));
	}

	/**
	 * The driver shows an unknown name as a failure of TLS only if it is an
	 * {@link IOException}.
	 */
	private Socket configured(Socket created) throws IOException {
		SSLSocket socket = (SSLSocket) created;
		try {
			if (this.options.getEnabledProtocols() != null) {
				socket.setEnabledProtocols(this.options.getEnabledProtocols());
			}
			if (this.options.getCiphers() != null) {
				socket.setEnabledCipherSuites(this.options.getCiphers());
			}
			return socket;
		}
		catch (IllegalArgumentException ex) {
			socket.close();
			throw new SSLException("The SSL bundle's options are not supported: " + ex.getMessage(), ex);
		}
	}

	/**
	 * A bundle that the driver may ask for.
	 *
	 * @param name its name
	 * @param bundles where it is
	 */
	private record Registered(String name, WeakReference<SslBundles> bundles) {

	}

}
