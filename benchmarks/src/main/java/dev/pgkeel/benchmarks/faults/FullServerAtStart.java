package dev.pgkeel.benchmarks.faults;

/**
 * The server is full when the application starts.
 */
final class FullServerAtStart extends FullServer {

	FullServerAtStart() {
		super("full-server-start", "Server full for 3 s at start");
	}

	@Override
	boolean startsBroken() {
		return true;
	}

}
