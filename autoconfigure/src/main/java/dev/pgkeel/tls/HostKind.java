package dev.pgkeel.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/**
 * How far a connection travels, as the name of the host tells without asking DNS: a name
 * service that is down or lies must not decide about encryption.
 */
enum HostKind {

	/**
	 * It does not leave the machine.
	 */
	LOOPBACK,

	/**
	 * It stays in a private network: a private address, a name of one label as in Compose
	 * and Kubernetes, or one that is not for the public.
	 */
	PRIVATE,

	/**
	 * It may go anywhere.
	 */
	PUBLIC;

	/**
	 * Names that no public name server answers for: RFC 6762 with its appendix G, RFC
	 * 8375, RFC 6761's {@code .test}, ICANN's {@code .internal}, and the names of
	 * Kubernetes, Consul and Fly.io's private network.
	 */
	private static final List<String> PRIVATE_SUFFIXES = List.of(".internal", ".local", ".localdomain", ".lan",
			".intranet", ".private", ".corp", ".home", ".home.arpa", ".test", ".svc", ".cluster.local", ".consul",
			".flycast");

	/**
	 * Returns the kind of a host.
	 * @param host the host, as it is written in the URL
	 * @param kubernetes whether the application runs in Kubernetes, where a name of two
	 * labels is usually a service and its namespace
	 */
	static HostKind of(String host, boolean kubernetes) {
		String literal = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$", "");
		// The root's dot: the name is complete, and no search domain is added to it
		boolean complete = literal.endsWith(".");
		String name = complete ? literal.substring(0, literal.length() - 1) : literal;
		if (name.matches("[0-9.]+") || name.contains(":")) {
			return ofAddress(name);
		}
		// The driver takes no name for this machine too
		if (name.isEmpty() || name.equals("localhost") || name.endsWith(".localhost")) {
			return LOOPBACK;
		}
		int dot = name.indexOf('.');
		boolean isService = kubernetes && !complete && dot == name.lastIndexOf('.');
		boolean isPrivate = dot < 0 || isService || PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith);
		return isPrivate ? PRIVATE : PUBLIC;
	}

	private static HostKind ofAddress(String literal) {
		try {
			InetAddress address = InetAddress.getByName(literal);
			// Who connects to "any address" connects to its own machine
			if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
				return LOOPBACK;
			}
			return (address.isSiteLocalAddress() || address.isLinkLocalAddress() || isShared(address.getAddress()))
					? PRIVATE : PUBLIC;
		}
		catch (UnknownHostException ex) {
			return PUBLIC;
		}
	}

	/**
	 * Unique local IPv6 addresses (fc00::/7) and carriers' shared space (100.64.0.0/10),
	 * which Java does not count as site-local.
	 */
	private static boolean isShared(byte[] bytes) {
		return (bytes.length == 16) ? (bytes[0] & 0xfe) == 0xfc : bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
	}

}
