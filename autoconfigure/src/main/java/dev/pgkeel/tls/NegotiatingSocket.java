package dev.pgkeel.tls;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * A socket that watches PostgreSQL's negotiation of TLS ("SSL Session Encryption" in the
 * manual's chapter on the protocol) and refuses what would go out in plaintext without
 * the server's word. Used by one thread at a time, as the driver does.
 */
final class NegotiatingSocket extends Socket {

	private static final int SSL_REQUEST = 80877103;

	/**
	 * Asks for encryption by GSSAPI, which the driver does before it asks for TLS if
	 * {@code gssEncMode} says so.
	 */
	private static final int GSS_REQUEST = 80877104;

	/**
	 * A request to cancel a query holds no secret but the query's own key, and the driver
	 * sends it on a connection of its own.
	 */
	private static final int CANCEL_REQUEST = 80877102;

	private static final int HEADER_LENGTH = 8;

	private static final int TLS_HANDSHAKE = 22;

	private State state = State.START;

	@Override
	public OutputStream getOutputStream() throws IOException {
		return new GuardedOutput(super.getOutputStream());
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new ObservedInput(super.getInputStream());
	}

	private void beforeWrite(byte[] bytes, int offset, int length) throws IOException {
		if (length == 0 || this.state == State.OPEN) {
			return;
		}
		if (bytes[offset] == TLS_HANDSHAKE && (this.state == State.TLS || this.state == State.START)) {
			this.state = State.OPEN;
			return;
		}
		if (this.state == State.START && length >= HEADER_LENGTH) {
			int code = ByteBuffer.wrap(bytes, offset, length).getInt(offset + Integer.BYTES);
			State next = switch (code) {
				case SSL_REQUEST -> State.ASKED;
				case GSS_REQUEST -> State.ASKED_FOR_GSS;
				case CANCEL_REQUEST -> State.OPEN;
				default -> State.REFUSED;
			};
			if (next != State.REFUSED) {
				this.state = next;
				return;
			}
		}
		throw new IOException("Refused to send anything in plaintext: the server has not said that it has no TLS"
				+ " (pgkeel.tls.mode=auto on a private network)");
	}

	private void afterRead(int first) {
		if (this.state == State.ASKED && first >= 0) {
			this.state = switch (first) {
				case 'S' -> State.TLS;
				case 'N' -> State.OPEN;
				default -> State.REFUSED;
			};
		}
		else if (this.state == State.ASKED_FOR_GSS && first >= 0) {
			this.state = switch (first) {
				case 'G' -> State.OPEN;
				case 'N' -> State.START;
				default -> State.REFUSED;
			};
		}
	}

	private enum State {

		/**
		 * Nothing was sent, or the server has no GSSAPI.
		 */
		START,

		/**
		 * The server was asked for encryption by GSSAPI.
		 */
		ASKED_FOR_GSS,

		/**
		 * The server was asked for TLS.
		 */
		ASKED,

		/**
		 * The server has TLS, and a handshake must follow.
		 */
		TLS,

		/**
		 * The server answered with something else.
		 */
		REFUSED,

		/**
		 * Encrypted, or plaintext by the server's own word.
		 */
		OPEN

	}

	private final class GuardedOutput extends FilterOutputStream {

		GuardedOutput(OutputStream out) {
			super(out);
		}

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			beforeWrite(bytes, offset, length);
			this.out.write(bytes, offset, length);
		}

	}

	private final class ObservedInput extends FilterInputStream {

		ObservedInput(InputStream in) {
			super(in);
		}

		@Override
		public int read() throws IOException {
			int value = this.in.read();
			afterRead(value);
			return value;
		}

		@Override
		public int read(byte[] bytes, int offset, int length) throws IOException {
			int count = this.in.read(bytes, offset, length);
			if (count > 0) {
				afterRead(bytes[offset] & 0xff);
			}
			return count;
		}

	}

}
