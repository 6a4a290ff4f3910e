package dev.pgkeel.tls;

import java.util.Locale;

/**
 * How much the connections to the server are protected.
 *
 * @since 0.1.0
 */
public enum TlsMode {

	/**
	 * Decided by where the server is, and by whether a root certificate is given.
	 */
	AUTO,

	/**
	 * Plaintext.
	 */
	DISABLE,

	/**
	 * Encrypted, to whoever answers.
	 */
	REQUIRE,

	/**
	 * Encrypted, and the server's certificate is one that a trusted authority issued.
	 */
	VERIFY_CA,

	/**
	 * Encrypted, and the server's certificate is one that a trusted authority issued for
	 * that host.
	 */
	VERIFY_FULL;

	/**
	 * Returns the name as it is written in {@code application.yml}, which is also that of
	 * the driver's {@code sslmode}.
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
