package dev.pgkeel.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The server's log: written by the server to a file, which a thread follows and passes
 * on. A pipe would do without the file, but the library that starts the server logs what
 * comes out of it at INFO.
 */
final class ServerLog implements AutoCloseable {

	private static final Log serverLogger = LogFactory.getLog("dev.pgkeel.embedded.server");

	private static final int REMEMBERED_LINES = 20;

	private static final int POLL_MILLIS = 100;

	private static final int LARGEST_PIECE = 1024 * 1024;

	private static final long LARGEST_FILE = 16L * 1024 * 1024;

	private final Path file;

	private final Consumer<String> listener;

	private final Deque<String> lastLines = new ArrayDeque<>();

	private final Thread follower;

	private volatile boolean closed;

	/**
	 * Creates a log and follows it.
	 * @param file the file that the server appends to
	 * @param listener is called with each line
	 */
	ServerLog(Path file, Consumer<String> listener) {
		this.file = file;
		this.listener = listener;
		try {
			Files.createFile(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.follower = new Thread(this::follow, "pgkeel-embedded-postgres-log");
		this.follower.setDaemon(true);
		this.follower.start();
	}

	private void follow() {
		try (RandomAccessFile reader = new RandomAccessFile(this.file.toFile(), "rw")) {
			boolean last = false;
			while (!last) {
				last = this.closed;
				passOn(reader);
				if (!last) {
					Thread.sleep(POLL_MILLIS);
				}
			}
		}
		catch (IOException ex) {
			serverLogger.debug("The server's log cannot be followed", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void passOn(RandomAccessFile reader) throws IOException {
		long start = reader.getFilePointer();
		byte[] bytes = new byte[(int) Math.min(reader.length() - start, LARGEST_PIECE)];
		reader.readFully(bytes);
		int end = lastLineEnd(bytes);
		if (end == 0 && bytes.length == LARGEST_PIECE) {
			// A statement may be one line of any length
			end = bytes.length;
		}
		new String(bytes, 0, end, StandardCharsets.UTF_8).lines()
			.filter((line) -> !line.isBlank())
			.forEach(this::passOn);
		reader.seek(start + end);
		if (start + end > LARGEST_FILE && start + end == reader.length()) {
			reader.setLength(0);
			reader.seek(0);
		}
	}

	private static int lastLineEnd(byte[] bytes) {
		int end = bytes.length;
		while (end > 0 && bytes[end - 1] != '\n') {
			end--;
		}
		return end;
	}

	private void passOn(String line) {
		synchronized (this.lastLines) {
			this.lastLines.add(line);
			if (this.lastLines.size() > REMEMBERED_LINES) {
				this.lastLines.remove();
			}
		}
		serverLogger.debug(line);
		this.listener.accept(line);
	}

	List<String> lastLines() {
		synchronized (this.lastLines) {
			return List.copyOf(this.lastLines);
		}
	}

	/**
	 * Passes on what is left, and stops.
	 */
	@Override
	public void close() {
		this.closed = true;
		try {
			this.follower.join(1000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
