package dev.pgkeel.lease;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CallSiteCapture}.
 */
class CallSiteCaptureTests {

	private final CallSiteCapture adaptive = new CallSiteCapture(LeakCapture.ADAPTIVE);

	private long now = Duration.ofHours(1).toNanos();

	@Test
	void adaptiveRecordsNothingUntilThereIsAReason() {
		assertThat(this.adaptive.ofBorrow()).isNull();
		assertThat(this.adaptive.ofUnusualBorrow()).isNotNull();
		this.adaptive.observe(8, 10, this.now);
		assertThat(this.adaptive.isArmed()).isFalse();
	}

	@Test
	void leakArmsUntilThereWereTenQuietMinutes() {
		assertThat(this.adaptive.arm(this.now)).isTrue();
		assertThat(this.adaptive.arm(this.now)).isFalse();
		assertThat(this.adaptive.ofBorrow()).isNotNull();
		after(Duration.ofMinutes(9));
		this.adaptive.observe(0, 10, this.now);
		assertThat(this.adaptive.isArmed()).isTrue();
		this.adaptive.arm(this.now);
		after(Duration.ofMinutes(9));
		this.adaptive.observe(0, 10, this.now);
		assertThat(this.adaptive.isArmed()).isTrue();
		after(Duration.ofMinutes(2));
		this.adaptive.observe(0, 10, this.now);
		assertThat(this.adaptive.ofBorrow()).isNull();
		assertThat(this.adaptive.arm(this.now)).isTrue();
	}

	@Test
	void highUseArms() {
		this.adaptive.observe(9, 10, this.now);
		assertThat(this.adaptive.ofBorrow()).isNotNull();
		after(Duration.ofMinutes(11));
		this.adaptive.observe(9, 10, this.now);
		assertThat(this.adaptive.isArmed()).isTrue();
		after(Duration.ofMinutes(11));
		this.adaptive.observe(8, 10, this.now);
		assertThat(this.adaptive.isArmed()).isFalse();
	}

	@Test
	void neverIsNever() {
		CallSiteCapture never = new CallSiteCapture(LeakCapture.NEVER);
		never.arm(this.now);
		never.observe(10, 10, this.now);
		assertThat(never.ofBorrow()).isNull();
		assertThat(never.ofUnusualBorrow()).isNull();
	}

	@Test
	void alwaysIsAlways() {
		CallSiteCapture always = new CallSiteCapture(LeakCapture.ALWAYS);
		assertThat(always.ofBorrow()).isNotNull();
		always.observe(0, 10, this.now + Duration.ofDays(1).toNanos());
		assertThat(always.ofBorrow()).isNotNull();
	}

	private void after(Duration time) {
		this.now += time.toNanos();
	}

}
