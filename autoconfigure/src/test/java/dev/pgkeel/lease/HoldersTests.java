package dev.pgkeel.lease;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Holders}.
 */
class HoldersTests {

	@Test
	void threadWithoutANameIsToldByItsNumber() {
		Thread named = new Thread(() -> {
		}, "request-1");
		Thread unnamed = new Thread(() -> {
		}, "");
		assertThat(Holders.name(named)).isEqualTo("request-1");
		assertThat(Holders.name(unnamed)).matches("thread #\\d+");
	}

}
