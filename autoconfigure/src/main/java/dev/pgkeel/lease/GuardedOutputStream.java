package dev.pgkeel.lease;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;

/**
 * A stream of the driver that keeps the handle of its connection reachable.
 */
final class GuardedOutputStream extends OutputStream {

	private final OutputStream delegate;

	private final ConnectionDelegate connection;

	GuardedOutputStream(OutputStream delegate, ConnectionDelegate connection) {
		this.delegate = delegate;
		this.connection = connection;
	}

	@Override
	public void write(int value) throws IOException {
		this.delegate.write(value);
		Reference.reachabilityFence(this.connection);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		this.delegate.write(bytes, offset, length);
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
