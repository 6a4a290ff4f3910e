package dev.pgkeel.benchmarks.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

/**
 * Requests that take a connection and forget to return it, more than the pool has.
 */
final class LeakStorm extends LoadFault {

	private static final int LEAKS = 12;

	private static final Duration PAUSE = Duration.ofMillis(50);

	LeakStorm() {
		super("leak-storm", "Leak storm: 12 connections never returned");
	}

	@Override
	void breakIt(Scene scene) throws InterruptedException {
		for (int i = 0; i < LEAKS; i++) {
			Thread request = new Thread(() -> leak(scene.pool()), "leaking-" + i);
			request.setDaemon(true);
			request.start();
			TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
		}
	}

	@Override
	Duration lasts() {
		return PAUSE;
	}

	/**
	 * Returns early, as the code did that started all this.
	 */
	private static void leak(DataSource dataSource) {
		try {
			Connection connection = dataSource.getConnection();
			Statement statement = connection.createStatement();
			if (statement.execute("select 1")) {
				return;
			}
			connection.close();
		}
		catch (SQLException ex) {
			// The pool is empty by now
		}
	}

}
