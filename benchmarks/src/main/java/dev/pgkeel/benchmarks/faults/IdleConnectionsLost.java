package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A firewall forgets the connections while nobody calls: half open, both ends think that
 * they are still there.
 */
final class IdleConnectionsLost extends NetworkFault {

	private static final Duration QUIET = Duration.ofSeconds(1);

	IdleConnectionsLost() {
		super("half-open-idle", "Network half open: idle connections lost");
	}

	@Override
	void breakIt(Scene scene) throws InterruptedException {
		scene.load().pause();
		TimeUnit.NANOSECONDS.sleep(QUIET.toNanos());
		wire().loseConnections(true);
		scene.begin();
		scene.load().goOn();
	}

	@Override
	String harm() {
		return "dead sessions kept by the server";
	}

	/**
	 * The server has not been told, and would find out after its own keepalive.
	 */
	@Override
	long harm(Scene scene) {
		long before = sessions(scene);
		wire().resetLost();
		return before - sessions(scene);
	}

	private static long sessions(Scene scene) {
		return scene.place()
			.count("select count(*) from pg_stat_activity where usename = '" + scene.place().role() + "'");
	}

	@Override
	Duration limit() {
		return Duration.ofSeconds(20);
	}

}
