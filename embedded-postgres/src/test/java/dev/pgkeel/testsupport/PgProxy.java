package dev.pgkeel.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stands between an application and a server, and understands what they say: counts round
 * trips, and cuts the connection at COMMIT. Safe for use by several threads.
 */
public final class PgProxy implements AutoCloseable {

	private final Listener listener;

	private final Set<PgProxySession> sessions = ConcurrentHashMap.newKeySet();

	private final AtomicLong roundTrips = new AtomicLong();

	private final Map<Cut, AtomicLong> cuts = Stream.of(Cut.values())
		.collect(Collectors.toMap(Function.identity(), (cut) -> new AtomicLong()));

	private volatile int target;

	private volatile Supplier<Cut> cutter = () -> Cut.NONE;

	private PgProxy(int target) {
		this.target = target;
		this.listener = new Listener(InetAddress.getLoopbackAddress(), this::serve);
	}

	/**
	 * Starts a proxy.
	 * @param port the port of the server, or of a pooler, on the loopback interface
	 * @return the proxy
	 */
	public static PgProxy to(int port) {
		return new PgProxy(port);
	}

	/**
	 * Starts a proxy for the way that a URL names.
	 * @param jdbcUrl the URL, with a port
	 * @return the proxy
	 */
	public static PgProxy to(String jdbcUrl) {
		return new PgProxy(Integer.parseInt(jdbcUrl.replaceFirst(".*:(\\d+)/.*", "$1")));
	}

	/**
	 * Returns the way to a database through the proxy.
	 * @param database the database
	 * @return the JDBC URL
	 */
	public String jdbcUrl(String database) {
		return "jdbc:postgresql://127.0.0.1:" + this.listener.port() + "/" + database;
	}

	/**
	 * Leads new connections to another server.
	 * @param port its port on the loopback interface
	 */
	public void redirect(int port) {
		this.target = port;
	}

	/**
	 * Decides about each COMMIT from now on.
	 * @param cutter says where to cut the connection
	 */
	public void cutCommits(Supplier<Cut> cutter) {
		this.cutter = cutter;
	}

	/**
	 * Returns how many COMMITs met a fate.
	 * @param cut the fate
	 * @return the number
	 */
	public long count(Cut cut) {
		return this.cuts.get(cut).get();
	}

	/**
	 * Returns how often a client asked (Query, Sync) and waited for the answer.
	 * @return the number
	 */
	public long roundTrips() {
		return this.roundTrips.get();
	}

	private void serve(Socket client) {
		try {
			PgProxySession session = new PgProxySession(this, client,
					new Socket(InetAddress.getLoopbackAddress(), this.target));
			this.sessions.add(session);
			session.start();
			this.listener.execute(session::answers);
			session.questions();
		}
		catch (IOException ex) {
			Listener.close(client);
		}
	}

	Cut nextCut() {
		Cut cut = this.cutter.get();
		this.cuts.get(cut).incrementAndGet();
		return cut;
	}

	void countRoundTrip() {
		this.roundTrips.incrementAndGet();
	}

	void ended(PgProxySession session) {
		this.sessions.remove(session);
	}

	@Override
	public void close() {
		this.listener.close();
		this.sessions.forEach(PgProxySession::close);
	}

	/**
	 * Where the connection is cut.
	 */
	public enum Cut {

		/**
		 * Nowhere.
		 */
		NONE,

		/**
		 * The server never gets the COMMIT.
		 */
		BEFORE_FORWARDING,

		/**
		 * The server gets the COMMIT, and nobody its answer.
		 */
		AFTER_FORWARDING,

		/**
		 * The client gets a part of the answer.
		 */
		IN_THE_ANSWER

	}

}
