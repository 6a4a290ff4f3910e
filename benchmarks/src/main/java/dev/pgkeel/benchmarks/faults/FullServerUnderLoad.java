package dev.pgkeel.benchmarks.faults;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Others take what is left of the server's connections, and then more callers come.
 */
final class FullServerUnderLoad extends LoadFault {

	private static final int FIRST = 2;

	private static final int MORE = 14;

	private final Neighbour neighbour = new Neighbour();

	FullServerUnderLoad() {
		super("full-server-load", "Server full for 3 s, and more callers");
	}

	@Override
	int callers() {
		return FIRST;
	}

	@Override
	void breakIt(Scene scene) throws SQLException, InterruptedException {
		this.neighbour.fill(server().database());
		scene.load().add(MORE);
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(3);
	}

	@Override
	void mend(Scene scene) throws SQLException {
		this.neighbour.leave();
	}

	@Override
	void cleanUp(Scene scene) throws SQLException {
		this.neighbour.leave();
	}

}
