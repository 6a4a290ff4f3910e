package dev.pgkeel.benchmarks.faults;

import java.time.Duration;

/**
 * All connections are lost under load, and both ends are told only later.
 */
final class BusyConnectionsLost extends NetworkFault {

	BusyConnectionsLost() {
		super("half-open-busy", "Network half open: busy connections lost for 4 s");
	}

	@Override
	void breakIt(Scene scene) {
		wire().loseConnections(true);
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(4);
	}

	@Override
	void mend(Scene scene) {
		wire().resetLost();
	}

}
