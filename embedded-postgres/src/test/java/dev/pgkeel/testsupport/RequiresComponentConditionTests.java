package dev.pgkeel.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link RequiresComponentCondition}.
 */
class RequiresComponentConditionTests {

	@TempDir
	private Path directory;

	@Test
	void installedProgramLetsTheTestRun() throws IOException {
		assertThat(Files.createFile(this.directory.resolve("program")).toFile().setExecutable(true)).isTrue();
		assertThat(condition("true").evaluate("program").isDisabled()).isFalse();
	}

	@Test
	void missingProgramSkipsTheTest() {
		assertThat(condition("false").evaluate("no-such-program").isDisabled()).isTrue();
	}

	@Test
	void missingProgramFailsTheTestWhereItIsRequired() {
		assertThatIllegalStateException().isThrownBy(() -> condition("true").evaluate("no-such-program"))
			.withMessageContaining("[no-such-program]");
	}

	private RequiresComponentCondition condition(String required) {
		return new RequiresComponentCondition(
				Map.of("PATH", this.directory.toString(), "TEST_REQUIRE_COMPONENTS", required));
	}

}
