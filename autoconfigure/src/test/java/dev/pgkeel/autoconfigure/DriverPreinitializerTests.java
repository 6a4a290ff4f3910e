package dev.pgkeel.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link DriverPreinitializer}.
 */
class DriverPreinitializerTests {

	@Test
	void everyClassIsThere() {
		assertThatNoException().isThrownBy(() -> new DriverPreinitializer().preinitialize());
	}

	@Test
	void springBootFindsIt() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(BackgroundPreinitializer.class))
			.hasAtLeastOneElementOfType(DriverPreinitializer.class);
	}

}
