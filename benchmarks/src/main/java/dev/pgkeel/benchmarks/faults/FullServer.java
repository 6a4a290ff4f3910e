package dev.pgkeel.benchmarks.faults;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Others have all connections of the server that the application has not.
 */
abstract class FullServer extends LoadFault {

	private final Neighbour neighbour = new Neighbour();

	FullServer(String name, String title) {
		super(name, title);
	}

	@Override
	void breakIt(Scene scene) throws Exception {
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
