package dev.pgkeel.benchmarks.soak;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * The rows that an application was told are written. They are kept in a file, so that the
 * heap that is watched does not grow with them.
 */
final class Acknowledged implements AutoCloseable {

	private final DataOutputStream rows;

	Acknowledged(Path file) throws IOException {
		this.rows = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
	}

	synchronized void add(int row) {
		try {
			this.rows.writeInt(row);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static BitSet read(Path file) throws IOException {
		BitSet rows = new BitSet();
		try (DataInputStream input = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
			while (true) {
				rows.set(input.readInt());
			}
		}
		catch (EOFException ex) {
			return rows;
		}
	}

	@Override
	public synchronized void close() throws IOException {
		this.rows.close();
	}

}
