package dev.pgkeel.benchmarks.faults;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.testsupport.TestDatabase;

/**
 * Another application, which takes every connection that the server has for ordinary
 * roles.
 */
final class Neighbour {

	private static final String TOO_MANY = "53300";

	private static final String ROLE = "neighbour";

	private final List<Connection> connections = new ArrayList<>();

	void fill(TestDatabase server) throws SQLException {
		server.execute("do $$ begin create role " + ROLE + " login; exception when duplicate_object then null; end $$");
		try {
			while (true) {
				this.connections.add(DriverManager.getConnection(server.directUrl(), ROLE, ""));
			}
		}
		catch (SQLException ex) {
			if (!TOO_MANY.equals(ex.getSQLState())) {
				throw ex;
			}
		}
	}

	void leave() throws SQLException {
		for (Connection connection : this.connections) {
			connection.close();
		}
		this.connections.clear();
	}

}
