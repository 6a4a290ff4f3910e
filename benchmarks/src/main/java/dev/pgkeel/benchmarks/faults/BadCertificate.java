package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.pgkeel.testsupport.OwnServer;
import org.jspecify.annotations.Nullable;

/**
 * The server gets a certificate that is no good, another one in each round, and with it
 * new connections. Both sides know the authority and verify: pgkeel because it is told
 * the authority's certificate, the plain side because its URL says {@code verify-full}.
 */
final class BadCertificate extends LoadFault {

	private static final List<String> CERTIFICATES = List.of("wrong-host", "expired", "self-signed");

	private @Nullable Servers servers;

	private int runs;

	BadCertificate() {
		super("certificate", "Certificate for another host, expired, self-signed (one per round), for 2 s");
	}

	@Override
	int rounds() {
		return CERTIFICATES.size();
	}

	@Override
	@Nullable String obstacle() {
		return Commands.has("openssl") ? null : "needs openssl";
	}

	@Override
	OwnServer choose(Servers servers) {
		this.servers = servers;
		return servers.encrypting();
	}

	private Servers servers() {
		return Objects.requireNonNull(this.servers);
	}

	@Override
	String url(Scene scene) {
		String url = super.url(scene);
		return (scene.side() == Side.PGKEEL) ? url : url + "?sslmode=verify-full&sslrootcert=" + servers().root();
	}

	@Override
	List<String> properties(Scene scene) {
		return (scene.side() == Side.PGKEEL)
				? List.of(Scene.SHORT_PATIENCE, "pgkeel.tls.root-certificate=" + servers().root())
				: List.of(Scene.SHORT_PATIENCE);
	}

	@Override
	boolean hasBystander() {
		return false;
	}

	@Override
	void breakIt(Scene scene) {
		servers().useCertificate(CERTIFICATES.get(this.runs / Side.values().length % CERTIFICATES.size()));
		this.runs++;
		scene.place().terminate("true");
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(2);
	}

	@Override
	void mend(Scene scene) {
		servers().useCertificate("good");
	}

	@Override
	void cleanUp(Scene scene) {
		servers().useCertificate("good");
	}

}
