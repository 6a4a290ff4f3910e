package dev.pgkeel.embedded;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A directory among the temporary files that nobody but its owner reaches. Its name is
 * known to everybody, and whoever can put programs there has them run by the owner.
 *
 * @param path the directory
 */
record OwnerOnlyDirectory(Path path) {

	private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");

	/**
	 * Makes the directory, or makes sure that nobody else can have put anything into it.
	 * @param own a file of this process, which tells its user also where that has no name
	 * @throws EmbeddedPostgresException if somebody else can
	 */
	void prepare(Path own) {
		if (!this.path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
			return;
		}
		try {
			create();
			refuseOfOthers(Files.readAttributes(this.path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS), own);
		}
		catch (IOException ex) {
			throw unusable("cannot be used: " + ex, ex);
		}
	}

	private void create() throws IOException {
		try {
			Files.createDirectory(this.path, PosixFilePermissions.asFileAttribute(MODE));
		}
		catch (FileAlreadyExistsException ex) {
			// From an earlier start, or from one at the same time
		}
	}

	/**
	 * To correct the permissions would leave in it what others have put there before.
	 */
	private void refuseOfOthers(PosixFileAttributes attributes, Path own) throws IOException {
		if (!attributes.isDirectory()) {
			throw unusable("is no directory", null);
		}
		if (!attributes.owner().equals(Files.getOwner(own))) {
			throw unusable(
					"belongs to " + attributes.owner().getName() + ", not to user " + System.getProperty("user.name"),
					null);
		}
		if (!MODE.containsAll(attributes.permissions())) {
			throw unusable(
					"others can reach: its permissions are " + PosixFilePermissions.toString(attributes.permissions())
							+ ", not " + PosixFilePermissions.toString(MODE),
					null);
		}
	}

	private EmbeddedPostgresException unusable(String problem, @Nullable Throwable cause) {
		return new EmbeddedPostgresException(
				"The embedded PostgreSQL server cannot be unpacked to " + this.path + ", which " + problem,
				"Delete it, or name another place for temporary files with -Djava.io.tmpdir=...", cause);
	}

}
