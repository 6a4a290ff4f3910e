package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.lease.ConnectionLeakEvent.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeakReporter}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeakReporterTests {

	private final StubPool pool = new StubPool();

	private final List<ConnectionLeakEvent> events = new ArrayList<>();

	private long now = System.nanoTime();

	private final LeakReporter reporter = new LeakReporter(this.pool, new CallSiteCapture(LeakCapture.ADAPTIVE),
			this.events::add, () -> this.now);

	private final CallSite here = UserFrames.current();

	@Test
	void placeIsNamedOncePerHourWithTheNumberSeen(CapturedOutput output) {
		for (int leak = 0; leak < 5; leak++) {
			report(this.here);
		}
		assertThat(lines(output)).hasSize(1)
			.first()
			.asString()
			.contains("borrowed 0.0 s ago by " + Thread.currentThread().getName() + " at " + this.here)
			.contains("The lines of code that borrow are recorded from now on.")
			.doesNotContain("times here");
		this.now += Duration.ofMinutes(59).toNanos();
		report(this.here);
		assertThat(lines(output)).hasSize(1);
		this.now += Duration.ofMinutes(2).toNanos();
		report(this.here);
		report(this.here);
		assertThat(lines(output)).hasSize(2).last().asString().endsWith("Seen 7 times here.");
		assertThat(this.events).hasSize(8);
	}

	@Test
	void otherPlacesAndKindsAreNamedToo(CapturedOutput output) {
		report(this.here);
		report(UserFrames.current());
		report(null);
		this.reporter.report(Kind.PROVEN, lease(this.here), null);
		assertThat(lines(output)).hasSize(4);
	}

	private void report(CallSite callSite) {
		this.reporter.report(Kind.RECLAIMED, lease(callSite), null);
	}

	private Lease lease(CallSite callSite) {
		return new GuardedConnection(this.pool.borrow(), Thread.currentThread(), callSite, new LeaseRegistry(),
				new ReferenceQueue<>()).lease;
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("stub - ")).toList();
	}

}
