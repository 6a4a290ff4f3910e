package dev.pgkeel.tls;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How the connections of one pool are protected.
 *
 * @param sslMode the driver's {@code sslmode} in force, {@code null} for the driver's own
 * default
 * @param reason why
 * @param settings the driver's properties to set, none if the user chose them
 * @param exposed whether a session may be plaintext on a network that may be public,
 * without anybody having said so
 * @since 0.1.0
 */
public record TlsDecision(@Nullable String sslMode, String reason, Map<String, String> settings, boolean exposed) {

	/**
	 * Creates a decision that leaves nothing exposed that the user does not.
	 * @param sslMode the driver's {@code sslmode} in force, {@code null} for the driver's
	 * own default
	 * @param reason why
	 * @param settings the driver's properties to set, none if the user chose them
	 */
	public TlsDecision(@Nullable String sslMode, String reason, Map<String, String> settings) {
		this(sslMode, reason, settings, false);
	}

	/**
	 * Returns whether a plaintext session is accepted only because the server has no TLS.
	 * @return whether it is
	 */
	public boolean allowsPlaintext() {
		return this.settings.containsValue(NegotiatingSocketFactory.class.getName());
	}

	/**
	 * Describes a session.
	 * @param protocol the session's protocol, {@code null} for plaintext
	 * @return the description, such as {@code TLSv1.3, verified (verify-full)}
	 */
	public String describe(@Nullable String protocol) {
		if (protocol == null) {
			return "plaintext";
		}
		if ("require".equals(this.sslMode) && this.settings.containsKey("sslfactoryarg")) {
			// By the bundle's trust manager, and nobody compares the host
			return protocol + ", verified (bundle)";
		}
		boolean verified = "verify-full".equals(this.sslMode) || "verify-ca".equals(this.sslMode);
		return verified ? protocol + ", verified (" + this.sslMode + ")" : protocol + ", NOT verified";
	}

}
