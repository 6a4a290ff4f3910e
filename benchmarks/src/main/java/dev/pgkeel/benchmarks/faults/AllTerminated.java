package dev.pgkeel.benchmarks.faults;

/**
 * All sessions of the application are ended at once.
 */
final class AllTerminated extends LoadFault {

	AllTerminated() {
		super("all-terminated", "`pg_terminate_backend` on all");
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
		scene.place().terminate("true");
	}

}
