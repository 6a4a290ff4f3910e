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
	 * Names that no public name server answers for: RFC 6762, RFC 8375, ICANN's
	 * {@code .internal}, and the names of Kubernetes.
	 */
	private static final List<String> PRIVATE_SUFFIXES = List.of(".internal", ".local", ".localdomain", ".lan",
			".home.arpa", ".svc", ".cluster.local");

	static HostKind of(String host) {
		String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$", "");
		if (name.matches("[0-9.]+") || name.contains(":")) {
			return ofAddress(name);
		}
		if (name.equals("localhost") || name.endsWith(".localhost")) {
			return LOOPBACK;
		}
		boolean isPrivate = !name.contains(".") || PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith);
		return isPrivate ? PRIVATE : PUBLIC;
	}

	private static HostKind ofAddress(String literal) {
		try {
			InetAddress address = InetAddress.getByName(literal);
			if (address.isLoopbackAddress()) {
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
