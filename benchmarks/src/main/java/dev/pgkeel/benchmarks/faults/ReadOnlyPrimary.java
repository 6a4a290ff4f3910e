package dev.pgkeel.benchmarks.faults;

import dev.pgkeel.testsupport.TestDatabase;

/**
 * The sessions that there are can only read from now on, and new ones can write, as after
 * a failover.
 */
final class ReadOnlyPrimary extends LoadFault {

	ReadOnlyPrimary() {
		super("read-only", "Primary turned read-only (25006)");
	}

	@Override
	boolean hasBystander() {
		return false;
	}

	@Override
	void breakIt(Scene scene) {
		scene.place()
			.database()
			.execute("alter role " + scene.place().role() + " set default_transaction_read_only = off");
		set("set default_transaction_read_only = on");
	}

	@Override
	void cleanUp(Scene scene) {
		set("reset default_transaction_read_only");
	}

	private void set(String change) {
		String writing = server().database().directUrl() + "?options=-c%20default_transaction_read_only=off";
		TestDatabase server = new TestDatabase("postgres", writing, writing, server().database().username(), "");
		server.execute("alter system " + change);
		server.execute("select pg_reload_conf()");
	}

}
