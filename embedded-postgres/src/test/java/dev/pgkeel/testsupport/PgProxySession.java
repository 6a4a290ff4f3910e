package dev.pgkeel.testsupport;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One connection. What the client says is passed on when it waits for an answer.
 */
final class PgProxySession {

	private static final int SSL_REQUEST = 80877103;

	private static final int GSS_REQUEST = 80877104;

	/**
	 * Parse, Bind, Describe, Execute, Close: the server says nothing to them yet.
	 */
	private static final String BEFORE_AN_ANSWER = "PBDEC";

	private final PgProxy proxy;

	private final Socket client;

	private final DataInputStream fromClient;

	private final OutputStream toClient;

	private final Socket server;

	private final DataInputStream fromServer;

	private final OutputStream toServer;

	private final Map<String, Boolean> prepared = new ConcurrentHashMap<>();

	private volatile PgProxy.Cut cut = PgProxy.Cut.NONE;

	PgProxySession(PgProxy proxy, Socket client, Socket server) throws IOException {
		this.proxy = proxy;
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
	 * Passes on what comes first, which has no type: the start, or the request to cancel.
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
				// The driver sends BEGIN with the first statement, as one more
				// question. Counted before there can be an answer
				if ((type == 'S' || type == 'Q') && this.fromClient.available() == 0) {
					this.proxy.countRoundTrip();
				}
				this.toServer.write(group.toByteArray());
				if (this.cut == PgProxy.Cut.AFTER_FORWARDING) {
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
		this.cut = this.proxy.nextCut();
		return this.cut != PgProxy.Cut.BEFORE_FORWARDING;
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
		if (this.cut == PgProxy.Cut.AFTER_FORWARDING) {
			return type != 'Z';
		}
		boolean last = (this.cut == PgProxy.Cut.IN_THE_ANSWER && type == 'C');
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
		this.proxy.ended(this);
		Listener.close(this.client);
		Listener.close(this.server);
	}

}
