package dev.pgkeel.lease;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;

/**
 * A stream of the driver that keeps the handle of its connection reachable.
 */
final class GuardedInputStream extends FilterInputStream {

	private final ConnectionDelegate connection;

	GuardedInputStream(InputStream stream, ConnectionDelegate connection) {
		super(stream);
		this.connection = connection;
	}

	@Override
	public int read() throws IOException {
		int read = super.read();
		Reference.reachabilityFence(this.connection);
		return read;
	}

	@Override
	public int read(byte[] bytes, int offset, int length) throws IOException {
		int read = super.read(bytes, offset, length);
		Reference.reachabilityFence(this.connection);
		return read;
	}

	@Override
	public long skip(long count) throws IOException {
		long skipped = super.skip(count);
		Reference.reachabilityFence(this.connection);
		return skipped;
	}

	@Override
	public void close() throws IOException {
		super.close();
		Reference.reachabilityFence(this.connection);
	}

}
