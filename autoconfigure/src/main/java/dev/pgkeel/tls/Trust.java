package dev.pgkeel.tls;

import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundles;

/**
 * Whose certificates are trusted.
 *
 * @param settings the driver's properties that make it so
 * @param given whether the user named a certificate or a bundle
 * @param bundles where the bundle is that the settings ask for, {@code null} if they ask
 * for none
 * @since 0.1.0
 */
public record Trust(Map<String, String> settings, boolean given, @Nullable SslBundles bundles) {

	/**
	 * Trusts the authorities that the JVM trusts. The driver's own default would be a
	 * file in the user's home.
	 * @return the trust
	 */
	public static Trust ofJvm() {
		return new Trust(Map.of("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"), false, null);
	}

	/**
	 * Trusts the authority of a certificate.
	 * @param rootCertificate a file in PEM format
	 * @return the trust
	 */
	public static Trust of(Path rootCertificate) {
		return new Trust(Map.of("sslrootcert", rootCertificate.toString()), true, null);
	}

	/**
	 * Trusts what an SSL bundle trusts, and presents the bundle's certificate if it has
	 * one.
	 * @param name the bundle's name
	 * @param bundles all bundles, which are asked for this one at each connection
	 * @return the trust
	 */
	public static Trust of(String name, SslBundles bundles) {
		return new Trust(Map.of("sslfactory", BundleSocketFactory.class.getName(), "sslfactoryarg",
				BundleSocketFactory.register(name, bundles)), true, bundles);
	}

}
