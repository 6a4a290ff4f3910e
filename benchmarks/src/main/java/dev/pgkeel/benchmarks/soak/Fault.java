package dev.pgkeel.benchmarks.soak;

import java.util.concurrent.TimeUnit;

import dev.pgkeel.benchmarks.Wire;

/**
 * What happens to the application from outside.
 */
enum Fault {

	SESSION_ENDED("a session ended", (server, wire) -> server.terminate(1)),

	ALL_SESSIONS_ENDED("all sessions ended", (server, wire) -> server.terminate(Integer.MAX_VALUE)),

	CONNECTION_CUT("a connection cut", (server, wire) -> wire.cut(1)),

	ALL_CONNECTIONS_CUT("all connections cut", (server, wire) -> wire.cut(Integer.MAX_VALUE)),

	HALF_OPEN("all connections half-open", (server, wire) -> wire.loseConnections(false)),

	REFUSED("connections cut and refused for 3 s", (server, wire) -> {
		wire.refuse(true);
		wire.cut(Integer.MAX_VALUE);
		TimeUnit.SECONDS.sleep(3);
		wire.refuse(false);
	}),

	SERVER_RESTARTED("server restarted", (server, wire) -> server.restart());

	private final String title;

	private final Strike strike;

	Fault(String title, Strike strike) {
		this.title = title;
		this.strike = strike;
	}

	String title() {
		return this.title;
	}

	void strike(SoakServer server, Wire wire) throws Exception {
		this.strike.strike(server, wire);
	}

	/**
	 * How it happens.
	 */
	private interface Strike {

		/**
		 * Lets it happen.
		 * @param server the server
		 * @param wire the network
		 * @throws Exception if it does not
		 */
		void strike(SoakServer server, Wire wire) throws Exception;

	}

}
