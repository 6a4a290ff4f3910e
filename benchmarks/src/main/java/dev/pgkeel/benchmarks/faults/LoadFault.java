package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A fault that meets an application under load. Unless a fault says otherwise: four
 * callers, and a long transaction beside them that is all right.
 */
abstract class LoadFault extends ServerFault {

	LoadFault(String name, String title) {
		super(name, title);
	}

	/**
	 * Prepares what the application starts with.
	 */
	void arrange(Scene scene) throws Exception {
	}

	/**
	 * Breaks it.
	 */
	abstract void breakIt(Scene scene) throws Exception;

	/**
	 * Returns how long it stays broken, zero if it heals by itself.
	 */
	Duration lasts() {
		return Duration.ZERO;
	}

	/**
	 * Mends it.
	 */
	void mend(Scene scene) throws Exception {
	}

	/**
	 * Cleans up after a run, whatever became of it.
	 */
	void cleanUp(Scene scene) throws Exception {
	}

	/**
	 * Returns the harm of the kind that the fault names, while the application still
	 * runs.
	 */
	long harm(Scene scene) throws Exception {
		return 0;
	}

	int callers() {
		return 4;
	}

	boolean onVirtualThreads() {
		return false;
	}

	boolean hasBystander() {
		return true;
	}

	boolean startsBroken() {
		return false;
	}

	/**
	 * Returns how long to wait for the recovery.
	 */
	Duration limit() {
		return Duration.ofSeconds(8);
	}

	/**
	 * Returns the application's way to the database.
	 */
	String url(Scene scene) {
		return scene.place().database().jdbcUrl();
	}

	/**
	 * Returns what the application has beside the URL and the role.
	 */
	List<String> properties(Scene scene) {
		return List.of();
	}

	/**
	 * Calls the service.
	 */
	void serve(Scene scene, long number) {
		scene.ledger().write(number);
	}

	@Override
	Outcome run(Side side) throws Exception {
		return run(side, place());
	}

	final Outcome run(Side side, Place place) throws Exception {
		Scene scene = new Scene(side, place);
		try {
			arrange(scene);
			if (startsBroken()) {
				scene.begin();
				breakIt(scene);
			}
			scene.start(url(scene), properties(scene));
			scene.call(callers(), (number) -> serve(scene, number), onVirtualThreads());
			if (!startsBroken()) {
				if (hasBystander()) {
					scene.addBystander();
				}
				scene.warmUp(callers());
				scene.begin();
				breakIt(scene);
			}
			TimeUnit.NANOSECONDS.sleep(lasts().toNanos());
			mend(scene);
			long since = lasts().isZero() ? scene.begun() : System.nanoTime();
			scene.awaitRecovery(callers(), since, limit());
			long harm = harm(scene);
			return scene.end(callers(), since).withHarm(harm);
		}
		finally {
			scene.stop();
			cleanUp(scene);
		}
	}

}
