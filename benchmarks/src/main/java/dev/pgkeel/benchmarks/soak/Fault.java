package dev.pgkeel.benchmarks.soak;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What happens to the application from outside.
 */
enum Fault {

	SESSION_ENDED("a session ended", (server, proxy) -> server.terminate(1)),

	ALL_SESSIONS_ENDED("all sessions ended", (server, proxy) -> server.terminate(Integer.MAX_VALUE)),

	CONNECTION_CUT("a connection cut", (server, proxy) -> proxy.cutOne(ThreadLocalRandom.current())),

	ALL_CONNECTIONS_CUT("all connections cut", (server, proxy) -> proxy.cutAll()),

	HALF_OPEN("all connections half-open", (server, proxy) -> proxy.loseAll()),

	REFUSED("connections cut and refused for 3 s", (server, proxy) -> {
		proxy.refuse(true);
		proxy.cutAll();
		TimeUnit.SECONDS.sleep(3);
		proxy.refuse(false);
	}),

	SERVER_RESTARTED("server restarted", (server, proxy) -> server.restart());

	private final String title;

	private final Strike strike;

	Fault(String title, Strike strike) {
		this.title = title;
		this.strike = strike;
	}

	String title() {
		return this.title;
	}

	void strike(SoakServer server, FaultyProxy proxy) throws Exception {
		this.strike.strike(server, proxy);
	}

	/**
	 * How it happens.
	 */
	private interface Strike {

		/**
		 * Lets it happen.
		 * @param server the server
		 * @param proxy the network
		 * @throws Exception if it does not
		 */
		void strike(SoakServer server, FaultyProxy proxy) throws Exception;

	}

}
