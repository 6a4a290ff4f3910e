package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.testsupport.TestDatabase;

/**
 * A database that one run has for itself, and the role that owns it.
 *
 * @param database the database, as the superuser sees it
 * @param role the application's role
 * @param password its password
 */
record Place(TestDatabase database, String role, String password) {

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private static final String TABLE = "create table entries (number bigint primary key, note text not null)";

	/**
	 * Makes a database, and a role for it.
	 */
	static Place of(TestDatabase server) {
		String role = "ledger_" + NUMBER.incrementAndGet();
		server.execute("create role " + role + " login");
		return of(server, role, "");
	}

	/**
	 * Makes a database for a role that there is.
	 */
	static Place of(TestDatabase server, String role, String password) {
		String name = "faults_" + NUMBER.incrementAndGet();
		server.execute("create database " + name + " owner " + role);
		String url = server.directUrl().replaceFirst("[^/]*$", name);
		Place place = new Place(new TestDatabase(name, url, url, server.username(), ""), role, password);
		place.asRole(TABLE);
		return place;
	}

	/**
	 * Runs a statement as the application's role would.
	 */
	void asRole(String sql) {
		this.database.execute("set role " + this.role + "; " + sql);
	}

	long count(String sql) {
		return this.database.query(sql, Long.class);
	}

	/**
	 * Ends sessions of the application.
	 * @param condition which
	 */
	void terminate(String condition) {
		this.database.execute("select pg_terminate_backend(pid, 5000) from " + sessions(condition));
	}

	/**
	 * Waits until there are that many sessions of the application, or gives up.
	 * @param condition which count
	 * @return how many there are
	 */
	long awaitSessions(String condition, long number, Duration limit) throws InterruptedException {
		long end = System.nanoTime() + limit.toNanos();
		long sessions = count("select count(*) from " + sessions(condition));
		while (sessions != number && System.nanoTime() < end) {
			TimeUnit.MILLISECONDS.sleep(20);
			sessions = count("select count(*) from " + sessions(condition));
		}
		return sessions;
	}

	/**
	 * Returns how many sessions are still there of an application that has gone.
	 */
	long leftBehind() throws InterruptedException {
		return awaitSessions("true", 0, Duration.ofSeconds(1));
	}

	private String sessions(String condition) {
		return "pg_stat_activity where datname = '" + this.database.name() + "' and usename = '" + this.role + "' and "
				+ condition;
	}

}
