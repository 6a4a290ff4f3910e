package dev.pgkeel.benchmarks.faults;

import java.util.Objects;

import dev.pgkeel.testsupport.OwnServer;
import org.jspecify.annotations.Nullable;

/**
 * A fault on one of the servers.
 */
abstract class ServerFault extends Fault {

	private @Nullable OwnServer server;

	ServerFault(String name, String title) {
		super(name, title);
	}

	@Override
	void setUp(Servers servers) throws Exception {
		this.server = choose(servers);
	}

	OwnServer choose(Servers servers) {
		return servers.ordinary();
	}

	final OwnServer server() {
		return Objects.requireNonNull(this.server, "The server has not been chosen");
	}

	Place place() {
		return Place.of(server().database());
	}

}
