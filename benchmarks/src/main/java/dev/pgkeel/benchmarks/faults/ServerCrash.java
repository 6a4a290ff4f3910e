package dev.pgkeel.benchmarks.faults;

import java.time.Duration;

/**
 * The server's processes are killed, and it starts again a second later.
 */
final class ServerCrash extends LoadFault {

	ServerCrash() {
		super("server-crash", "Server crash and restart");
	}

	@Override
	int rounds() {
		return 3;
	}

	@Override
	boolean hasBystander() {
		return false;
	}

	@Override
	void breakIt(Scene scene) {
		server().crash();
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(1);
	}

	@Override
	void mend(Scene scene) {
		server().startAgain();
	}

}
