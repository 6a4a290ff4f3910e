package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The savepoint before each statement of a script that can be taken back. A statement
 * about savepoints has none: it would end with the one before it.
 */
final class StatementSavepoint {

	private final Connection connection;

	private final String name;

	StatementSavepoint(Connection connection, String name) {
		this.connection = connection;
		this.name = name;
	}

	void set(SqlStatement statement) throws SQLException {
		if (!StatementRules.isSavepoint(statement)) {
			execute("savepoint " + this.name);
		}
	}

	void release() throws SQLException {
		execute("release savepoint " + this.name);
	}

	void rollBack() throws SQLException {
		execute("rollback to savepoint " + this.name);
	}

	/**
	 * Executes a statement as it is written.
	 */
	void execute(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.setEscapeProcessing(false);
			statement.execute(sql);
		}
	}

}
