package dev.pgkeel.benchmarks.faults;

/**
 * Others take what is left of the server's connections, and then more callers come.
 */
final class FullServerUnderLoad extends FullServer {

	private static final int FIRST = 2;

	private static final int MORE = 14;

	FullServerUnderLoad() {
		super("full-server-load", "Server full for 3 s, and more callers");
	}

	@Override
	int callers() {
		return FIRST;
	}

	@Override
	void breakIt(Scene scene) throws Exception {
		super.breakIt(scene);
		scene.load().add(MORE);
	}

}
