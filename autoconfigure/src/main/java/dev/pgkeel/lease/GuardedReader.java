package dev.pgkeel.lease;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.lang.ref.Reference;

/**
 * A reader of the driver that keeps the handle of its connection reachable.
 */
final class GuardedReader extends FilterReader {

	private final ConnectionDelegate connection;

	GuardedReader(Reader reader, ConnectionDelegate connection) {
		super(reader);
		this.connection = connection;
	}

	@Override
	public int read() throws IOException {
		int read = super.read();
		Reference.reachabilityFence(this.connection);
		return read;
	}

	@Override
	public int read(char[] characters, int offset, int length) throws IOException {
		int read = super.read(characters, offset, length);
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
