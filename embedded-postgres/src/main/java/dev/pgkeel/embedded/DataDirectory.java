package dev.pgkeel.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A directory that keeps the server's data between runs.
 *
 * @param path the directory, absolute
 */
record DataDirectory(Path path) {

	private static final String PROPERTY = "pgkeel.embedded.data-directory";

	/**
	 * Makes sure that the server can use the directory, and that nothing else does.
	 * @throws EmbeddedPostgresException if it cannot
	 */
	void prepare() {
		try {
			Files.createDirectories(this.path);
			if (!Files.isWritable(this.path)) {
				throw unusable("cannot be written to by user " + System.getProperty("user.name"), null);
			}
			if (isCluster()) {
				refuseIfInUse();
				refuseIfIncomplete();
			}
			else if (!isEmpty()) {
				throw new EmbeddedPostgresException(described("holds files, but no PostgreSQL data"),
						"Name an empty directory, one that does not exist yet, or one that an embedded server made.",
						null);
			}
		}
		catch (IOException ex) {
			throw unusable("cannot be used: " + ex, ex);
		}
	}

	private boolean isCluster() {
		return Files.exists(this.path.resolve("PG_VERSION"));
	}

	private boolean isEmpty() throws IOException {
		try (Stream<Path> files = Files.list(this.path)) {
			return files.findAny().isEmpty();
		}
	}

	/**
	 * A server that was killed leaves its file behind, and PostgreSQL itself copes with
	 * that: only a live process counts.
	 */
	private void refuseIfInUse() throws IOException {
		Path file = this.path.resolve("postmaster.pid");
		List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
		if (!lines.isEmpty() && isPostgres(id(file, lines.get(0).strip()))) {
			throw new EmbeddedPostgresException(
					described("is in use by the PostgreSQL server with process id " + lines.get(0).strip()),
					"Stop the application that runs it, end that process, or name another directory.", null);
		}
	}

	/**
	 * The database {@code postgres} is the third and last that is made, and a start that
	 * was killed before that leaves data that no server can use.
	 */
	private void refuseIfIncomplete() throws IOException {
		Path databases = this.path.resolve("base");
		try (Stream<Path> files = Files.isDirectory(databases) ? Files.list(databases) : Stream.empty()) {
			if (files.filter(Files::isDirectory).count() < 3) {
				throw new EmbeddedPostgresException(
						described("holds data that are not complete: the first start with it was killed, or goes on"),
						"Wait for a start that goes on. Otherwise delete the directory, or name another one.", null);
			}
		}
	}

	private long id(Path file, String line) {
		try {
			return Long.parseLong(line);
		}
		catch (NumberFormatException ex) {
			throw new EmbeddedPostgresException(described("holds a damaged file " + file.getFileName()),
					"Make sure that no PostgreSQL server uses the directory, and delete the file.", ex);
		}
	}

	/**
	 * The command of another user's process may be hidden. It is no server of ours, and
	 * PostgreSQL looks for itself.
	 */
	static boolean isPostgres(long pid) {
		return ProcessHandle.of(pid)
			.filter(ProcessHandle::isAlive)
			.map(ProcessHandle::info)
			.map((process) -> process.command()
				.map((command) -> command.contains("postgres"))
				.orElseGet(() -> process.user().equals(ProcessHandle.current().info().user())))
			.orElse(false);
	}

	private EmbeddedPostgresException unusable(String problem, @Nullable Throwable cause) {
		return new EmbeddedPostgresException(described(problem),
				"Give the user write access to it, or name another directory.", cause);
	}

	private String described(String problem) {
		return PROPERTY + " is " + this.path + ", which " + problem;
	}

}
