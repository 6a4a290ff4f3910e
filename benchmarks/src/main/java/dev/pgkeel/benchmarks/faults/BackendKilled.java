package dev.pgkeel.benchmarks.faults;

import java.util.concurrent.ExecutionException;

/**
 * One session that the pool knows is ended.
 */
final class BackendKilled extends LoadFault {

	BackendKilled() {
		super("backend-killed", "One backend killed");
	}

	@Override
	int rounds() {
		return 3;
	}

	@Override
	void breakIt(Scene scene) throws ExecutionException, InterruptedException {
		scene.place()
			.terminate("pid = (select min(pid) from pg_stat_activity where datname = current_database() and "
					+ "usename = '" + scene.place().role() + "' and " + scene.victims() + ")");
	}

}
