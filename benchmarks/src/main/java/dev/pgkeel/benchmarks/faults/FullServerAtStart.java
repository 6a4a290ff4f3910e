package dev.pgkeel.benchmarks.faults;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Others have all connections of the server when the application starts.
 */
final class FullServerAtStart extends LoadFault {

	private final Neighbour neighbour = new Neighbour();

	FullServerAtStart() {
		super("full-server-start", "Server full for 3 s at start");
	}

	@Override
	boolean startsBroken() {
		return true;
	}

	@Override
	void breakIt(Scene scene) throws SQLException {
		this.neighbour.fill(server().database());
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
