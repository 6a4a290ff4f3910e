package dev.pgkeel.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link OwnerOnlyDirectory}.
 */
class OwnerOnlyDirectoryTests {

	@TempDir
	private Path folder;

	private Path own;

	private Path path;

	@BeforeEach
	void createFile() throws IOException {
		this.own = Files.createFile(this.folder.resolve("own"));
		this.path = this.folder.resolve("programs");
	}

	@Test
	void newOneIsOutOfOthersReachAndUsedAgain() throws IOException {
		new OwnerOnlyDirectory(this.path).prepare(this.own);
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.path))).isEqualTo("rwx------");
		new OwnerOnlyDirectory(this.path).prepare(this.own);
	}

	@ParameterizedTest
	@ValueSource(strings = { "rwxrwxrwx", "rwxr-xr-x", "rwx-wx---" })
	void oneThatOthersReachIsRefusedAndLeftAlone(String permissions) throws IOException {
		Files.createDirectory(this.path);
		Files.setPosixFilePermissions(this.path, PosixFilePermissions.fromString(permissions));
		refuses("which others can reach: its permissions are " + permissions + ", not rwx------");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.path))).isEqualTo(permissions);
	}

	@Test
	void oneOfAnotherUserIsRefused() throws IOException {
		new OwnerOnlyDirectory(this.path).prepare(this.own);
		boolean root = "root".equals(System.getProperty("user.name"));
		if (root) {
			Files.setAttribute(this.own, "unix:uid", 65534);
		}
		else {
			this.own = Path.of("/");
		}
		refuses("which belongs to " + Files.getOwner(this.path).getName());
	}

	@Test
	void linkIsRefused() throws IOException {
		Path elsewhere = this.folder.resolve("elsewhere");
		new OwnerOnlyDirectory(elsewhere).prepare(this.own);
		Files.createSymbolicLink(this.path, elsewhere);
		refuses("which is no directory");
	}

	@Test
	void oneThatCannotBeMadeIsExplained() {
		this.path = this.folder.resolve("missing/programs");
		refuses("which cannot be used: java.nio.file.NoSuchFileException");
	}

	private void refuses(String problem) {
		assertThatExceptionOfType(EmbeddedPostgresException.class)
			.isThrownBy(() -> new OwnerOnlyDirectory(this.path).prepare(this.own))
			.withMessageContaining("cannot be unpacked to " + this.path + ", " + problem)
			.satisfies((ex) -> assertThat(ex.getAction()).contains("-Djava.io.tmpdir="));
	}

}
