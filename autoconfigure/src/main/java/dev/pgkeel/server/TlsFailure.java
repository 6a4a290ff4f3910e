package dev.pgkeel.server;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * Why no encrypted connection could be made.
 */
final class TlsFailure {

	private static final String MODE = "pgkeel.tls.mode (or sslmode in spring.datasource.url)";

	/**
	 * What to do about a certificate for another host.
	 */
	static final String OTHER_HOST = "Connect by the name that the certificate is for, have one issued for this name, or"
			+ " verify the authority alone with verify-ca in " + MODE + ".";

	private TlsFailure() {
	}

	/**
	 * Looks at what the driver found out itself.
	 */
	static @Nullable ConnectFailure of(PSQLException ex) {
		if (DriverText.NO_TLS.isOf(ex)) {
			return new ConnectFailure("the server offers no TLS, which is required: " + ex.getMessage(),
					"Switch TLS on at the server (ssl=on), or say with " + MODE + " that plaintext is meant.");
		}
		if (String.valueOf(ex.getMessage()).contains("HostnameVerifier")) {
			return new ConnectFailure("the server's certificate is for another host: " + ex.getMessage(), OTHER_HOST);
		}
		return null;
	}

	/**
	 * Looks at what Java's TLS found.
	 */
	static ConnectFailure of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
				return new ConnectFailure("the server's certificate is not valid now: " + cause.getMessage(),
						"Renew the server's certificate, or correct this machine's clock.");
			}
			if (cause instanceof CertPathBuilderException) {
				return new ConnectFailure(
						"the server's certificate is not from a trusted authority: " + cause.getMessage(),
						"Name the certificate of the authority that issued it, or, for a self-signed one, that very"
								+ " certificate, with pgkeel.tls.root-certificate. Where spring.datasource.url or"
								+ " spring.datasource.hikari.data-source-properties set sslmode or another such"
								+ " parameter, name it there with sslrootcert; where pgkeel.tls.bundle is set, put it into"
								+ " the bundle's trust store.");
			}
		}
		return new ConnectFailure("encryption could not be agreed on: " + failure.getMessage(),
				"Look into the server's log, and compare its TLS versions and its demand for a client certificate with"
						+ " pgkeel.tls.bundle.");
	}

}
