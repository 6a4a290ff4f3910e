package dev.pgkeel.lease;

import java.io.IOException;
import java.io.Writer;
import java.lang.ref.Reference;

/**
 * A writer of the driver that keeps the handle of its connection reachable.
 */
final class GuardedWriter extends Writer {

	private final Writer delegate;

	private final ConnectionDelegate connection;

	GuardedWriter(Writer delegate, ConnectionDelegate connection) {
		this.delegate = delegate;
		this.connection = connection;
	}

	@Override
	public void write(char[] characters, int offset, int length) throws IOException {
		this.delegate.write(characters, offset, length);
		Reference.reachabilityFence(this.connection);
	}

	@Override
	public void flush() throws IOException {
		this.delegate.flush();
		Reference.reachabilityFence(this.connection);
	}

	@Override
	public void close() throws IOException {
		this.delegate.close();
		Reference.reachabilityFence(this.connection);
	}

}
