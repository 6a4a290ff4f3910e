package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

import dev.pgkeel.tls.TlsConfigurationException;
import dev.pgkeel.tls.Trust;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;

/**
 * Finds what the properties of the encryption name.
 */
final class TlsTrust {

	private final ResourceLoader resourceLoader;

	private final ObjectProvider<SslBundles> bundles;

	TlsTrust(ResourceLoader resourceLoader, ObjectProvider<SslBundles> bundles) {
		this.resourceLoader = resourceLoader;
		this.bundles = bundles;
	}

	Trust resolve(PgkeelProperties.Tls properties) {
		String rootCertificate = properties.rootCertificate();
		String bundle = properties.bundle();
		if (rootCertificate != null && bundle != null) {
			throw new TlsConfigurationException(
					"Both pgkeel.tls.root-certificate and pgkeel.tls.bundle are set, and each says whom to trust",
					"Remove one of them.", null);
		}
		if (rootCertificate != null) {
			return Trust.of(file(rootCertificate));
		}
		return (bundle != null) ? bundle(bundle) : Trust.ofJvm();
	}

	private Path file(String rootCertificate) {
		Resource resource = resource(rootCertificate);
		try (InputStream pem = resource.getInputStream()) {
			CertificateFactory.getInstance("X.509").generateCertificate(pem);
			return resource.isFile() ? resource.getFile().toPath() : copied(resource);
		}
		catch (IOException | CertificateException ex) {
			throw new TlsConfigurationException(
					"pgkeel.tls.root-certificate is " + rootCertificate + ", which is not a certificate in PEM format: "
							+ ex.getMessage(),
					"Name a readable PEM file of the authority that issued the server's certificate.", ex);
		}
	}

	/**
	 * A colon may also be part of a file's name, and follows a drive's letter.
	 */
	private Resource resource(String rootCertificate) {
		try {
			Path path = Path.of(rootCertificate);
			if (rootCertificate.matches("[A-Za-z]:[\\\\/].*") || Files.isRegularFile(path)) {
				return new FileSystemResource(path);
			}
		}
		catch (InvalidPathException ex) {
			// Not a file, but maybe a resource
		}
		return rootCertificate.contains(":") ? this.resourceLoader.getResource(rootCertificate)
				: this.resourceLoader.getResource("file:" + rootCertificate);
	}

	/**
	 * The driver reads files only, which a resource in a jar is not.
	 */
	private static Path copied(Resource resource) throws IOException {
		Path copy = Files.createTempFile("pgkeel-root-certificate-", ".pem");
		copy.toFile().deleteOnExit();
		try (InputStream pem = resource.getInputStream()) {
			Files.write(copy, pem.readAllBytes());
		}
		return copy;
	}

	private Trust bundle(String name) {
		SslBundles available = this.bundles.getIfAvailable();
		try {
			if (available != null) {
				available.getBundle(name);
				return Trust.of(name, available);
			}
		}
		catch (NoSuchSslBundleException ex) {
			throw unknownBundle(name, ex);
		}
		throw unknownBundle(name, null);
	}

	private static TlsConfigurationException unknownBundle(String name, @Nullable Throwable cause) {
		return new TlsConfigurationException("pgkeel.tls.bundle is " + name + ", but there is no such SSL bundle",
				"Declare spring.ssl.bundle.pem." + name + " or spring.ssl.bundle.jks." + name
						+ ", or correct the name.",
				cause);
	}

}
