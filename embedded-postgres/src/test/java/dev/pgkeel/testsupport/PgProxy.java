package dev.pgkeel.testsupport;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

	private static final int SSL_REQUEST = 80877103;

	private static final int GSS_REQUEST = 80877104;

	/**
	 * Parse, Bind, Describe, Execute, Close: the server says nothing to them yet.
	 */
	private static final String BEFORE_AN_ANSWER = "PBDEC";

	private final ServerSocket socket;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

	private final AtomicLong roundTrips = new AtomicLong();

	private final Map<Cut, AtomicLong> cuts = Stream.of(Cut.values())
		.collect(Collectors.toMap(Function.identity(), (cut) -> new AtomicLong()));

	private volatile int target;

	private volatile Supplier<Cut> cutter = () -> Cut.NONE;

	private PgProxy(int target) {
		this.target = target;
		try {
			this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.executor.execute(this::accept);
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
		return "jdbc:postgresql://127.0.0.1:" + this.socket.getLocalPort() + "/" + database;
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

	private void accept() {
		try {
			while (true) {
				Socket client = this.socket.accept();
				this.executor.execute(() -> serve(client));
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	private void serve(Socket client) {
		try {
			Session session = new Session(client, new Socket(InetAddress.getLoopbackAddress(), this.target));
			this.sessions.add(session);
			session.start();
			this.executor.execute(session::answers);
			session.questions();
		}
		catch (IOException ex) {
			close(client);
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.sessions.forEach(Session::close);
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

	/**
	 * One connection. What the client says is passed on when it waits for an answer.
	 */
	private final class Session {

		private final Socket client;

		private final DataInputStream fromClient;

		private final OutputStream toClient;

		private final Socket server;

		private final DataInputStream fromServer;

		private final OutputStream toServer;

		private final Map<String, Boolean> prepared = new ConcurrentHashMap<>();

		private volatile Cut cut = Cut.NONE;

		Session(Socket client, Socket server) throws IOException {
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
			this.client = client;
			this.fromClient = new DataInputStream(new BufferedInputStream(client.getInputStream()));
			this.toClient = new BufferedOutputStream(client.getOutputStream());
			this.server = server;
			this.fromServer = new DataInputStream(new BufferedInputStream(server.getInputStream()));
			this.toServer = server.getOutputStream();
		}

		/**
		 * Passes on what comes first, which has no type: the start, or the request to
		 * cancel.
		 */
		void start() throws IOException {
			int length = this.fromClient.readInt();
			int code = this.fromClient.readInt();
			while (code == SSL_REQUEST || code == GSS_REQUEST) {
				this.toClient.write('N');
				this.toClient.flush();
				length = this.fromClient.readInt();
				code = this.fromClient.readInt();
			}
			ByteBuffer message = ByteBuffer.allocate(length);
			message.putInt(length).putInt(code).put(this.fromClient.readNBytes(length - 2 * Integer.BYTES));
			this.toServer.write(message.array());
		}

		void questions() {
			ByteArrayOutputStream group = new ByteArrayOutputStream();
			boolean commits = false;
			try {
				for (int type = this.fromClient.read(); type >= 0; type = this.fromClient.read()) {
					byte[] body = body(this.fromClient);
					group.write(message(type, body));
					commits |= commits(type, body);
					if (BEFORE_AN_ANSWER.indexOf(type) >= 0) {
						continue;
					}
					if (commits && !mayCommit()) {
						break;
					}
					this.toServer.write(group.toByteArray());
					// The driver sends BEGIN with the first statement, as one more
					// question
					if ((type == 'S' || type == 'Q') && this.fromClient.available() == 0) {
						PgProxy.this.roundTrips.incrementAndGet();
					}
					if (this.cut == Cut.AFTER_FORWARDING) {
						this.client.close();
						// The server is let go when it has answered
						return;
					}
					group.reset();
					commits = false;
				}
			}
			catch (IOException ex) {
				// Either side has had enough
			}
			close();
		}

		private boolean mayCommit() {
			this.cut = PgProxy.this.cutter.get();
			PgProxy.this.cuts.get(this.cut).incrementAndGet();
			return this.cut != Cut.BEFORE_FORWARDING;
		}

		private boolean commits(int type, byte[] body) {
			if (type == 'Q') {
				return isCommit(string(body, 0));
			}
			if (type == 'P') {
				String name = string(body, 0);
				this.prepared.put(name, isCommit(string(body, name.length() + 1)));
			}
			if (type == 'B') {
				return this.prepared.getOrDefault(string(body, string(body, 0).length() + 1), false);
			}
			return false;
		}

		private static boolean isCommit(String sql) {
			return "commit".equalsIgnoreCase(sql);
		}

		private static String string(byte[] body, int start) {
			int end = start;
			while (body[end] != 0) {
				end++;
			}
			return new String(body, start, end - start, StandardCharsets.ISO_8859_1);
		}

		void answers() {
			try {
				for (int type = this.fromServer.read(); type >= 0; type = this.fromServer.read()) {
					if (!answer(type, message(type, body(this.fromServer)))) {
						break;
					}
				}
			}
			catch (IOException ex) {
				// Either side has had enough
			}
			close();
		}

		private boolean answer(int type, byte[] message) throws IOException {
			if (this.cut == Cut.AFTER_FORWARDING) {
				return type != 'Z';
			}
			boolean last = (this.cut == Cut.IN_THE_ANSWER && type == 'C');
			this.toClient.write(message, 0, last ? message.length / 2 : message.length);
			if (last || this.fromServer.available() == 0) {
				this.toClient.flush();
			}
			return !last;
		}

		private static byte[] body(DataInputStream in) throws IOException {
			return in.readNBytes(in.readInt() - Integer.BYTES);
		}

		private static byte[] message(int type, byte[] body) {
			return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
				.put((byte) type)
				.putInt(body.length + Integer.BYTES)
				.put(body)
				.array();
		}

		void close() {
			PgProxy.this.sessions.remove(this);
			PgProxy.close(this.client);
			PgProxy.close(this.server);
		}

	}

}
