package dev.pgkeel.benchmarks.faults;

import java.time.Duration;

import dev.pgkeel.testsupport.OwnServer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody on the way to a host out on the internet denies the server's TLS. Nobody
 * configured anything about TLS.
 */
final class TlsStripped extends NetworkFault {

	/**
	 * Leads to this machine, see {@link FaultTable}.
	 */
	static final String HOST = "db.example.com";

	TlsStripped() {
		super("tls-stripped", "TLS stripped for 2 s, at start");
	}

	@Override
	@Nullable String obstacle() {
		return Commands.has("openssl") ? null : "needs openssl";
	}

	@Override
	String harm() {
		return "rows readable on the way";
	}

	@Override
	OwnServer choose(Servers servers) {
		return servers.encrypting();
	}

	@Override
	String host() {
		return HOST;
	}

	@Override
	boolean startsBroken() {
		return true;
	}

	@Override
	void breakIt(Scene scene) {
		wire().denyTls(true);
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(2);
	}

	@Override
	void mend(Scene scene) {
		wire().denyTls(false);
	}

	@Override
	long harm(Scene scene) {
		return wire().count(Ledger.NOTE);
	}

}
