package dev.pgkeel.server;

/**
 * What is known of the server that a pool leads to.
 *
 * @param facts the server's facts
 * @param pooler what stands in between
 * @param encryption how the connections are protected, such as
 * {@code TLSv1.3, verified (verify-full)} or {@code plaintext}
 * @since 0.1.0
 */
public record KnownServer(ServerFacts facts, Pooler pooler, String encryption) {

	@Override
	public String toString() {
		String way = switch (this.pooler) {
			case DIRECT -> "direct";
			case UNKNOWN -> "pooler unknown";
			default -> "through a pooler in " + this.pooler + " mode";
		};
		return "PostgreSQL %s (%s), database %s as %s, %s, %s, %d usable connections".formatted(this.facts.version(),
				this.facts.role(), this.facts.database(), this.facts.user(), this.encryption, way,
				this.facts.limits().usable());
	}

}
