package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Runs scripts a second time in the transaction in which they have just run, compares
 * what is there with what was there, and takes everything back. Most scripts change
 * nothing then, and one pass is enough. Otherwise they run once more, statement by
 * statement, to name the ones that do.
 */
final class IdempotencyProof {

	private static final String SAVEPOINT = "pgkeel_proof";

	private static final String BACK = "rollback to savepoint " + SAVEPOINT;

	/**
	 * An ALTER TABLE fails while checks of the first run are still to come (55006,
	 * PostgreSQL 14 to 18), as they are not in another transaction.
	 */
	private static final String CHECK_NOW = "set constraints all immediate";

	private static final String DEFERRED = """
			select string_agg(distinct pg_catalog.format('%I.%I', n.nspname, c.conname), ', ')
			  from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace
			  where c.condeferred""";

	private final Connection connection;

	private final ScriptRun run;

	private final CatalogSnapshot before;

	private final Set<ProofPass.Place> failed;

	private final boolean counts;

	/**
	 * Prepares a proof.
	 * @param connection the connection, in the transaction in which the scripts have run
	 * @param run the scripts
	 * @param before the catalog as they left it
	 * @param failed statements that did not run
	 * @throws SQLException if the server cannot be asked
	 */
	IdempotencyProof(Connection connection, ScriptRun run, CatalogSnapshot before, Set<ProofPass.Place> failed)
			throws SQLException {
		this.connection = connection;
		this.run = run;
		this.before = before;
		this.failed = failed;
		this.counts = run.isCounted(connection);
	}

	/**
	 * Runs the scripts, and takes it back.
	 * @return what came out differently
	 * @throws SQLException if it cannot be told: a lock cannot be had, or the server
	 * cannot be asked. The transaction goes on all the same, unless the connection is
	 * lost.
	 */
	ProofFindings make() throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("savepoint " + SAVEPOINT);
			try {
				SequenceUse sequences = SequenceUse.read(this.connection);
				ProofFindings findings = new ProofFindings(this.run.scripts(), this.before, this.counts);
				boolean clean = this.failed.isEmpty() && runsClean(statement);
				if (!clean) {
					statement.execute(BACK);
					eachStatement(statement, findings);
				}
				findings.moved(sequences.movedTo(SequenceUse.read(this.connection)));
				return findings;
			}
			finally {
				statement.execute(BACK);
				statement.execute("release savepoint " + SAVEPOINT);
			}
		}
	}

	private boolean runsClean(Statement statement) throws SQLException {
		prepare(statement);
		RowStates rows = new RowStates(this.connection, this.before);
		try {
			this.run.again().execute(this.connection);
		}
		catch (SchemaScriptException ex) {
			return false;
		}
		return rows.signed().isEmpty() && leftover(statement) == null
				&& !ProofFindings.differs(this.before, CatalogSnapshot.take(this.connection));
	}

	private void eachStatement(Statement statement, ProofFindings findings) throws SQLException {
		prepare(statement);
		ProofPass pass = new ProofPass(this.connection, this.before, this.counts, this.failed);
		this.run.again().executeEach(this.connection, pass);
		findings.add(pass, leftover(statement));
	}

	/**
	 * Makes the session what it is when another start begins: nothing is left to be
	 * checked, and nothing temporary is there.
	 */
	private void prepare(Statement statement) throws SQLException {
		statement.execute("set local client_min_messages = error");
		statement.execute(CHECK_NOW);
		try (ResultSet row = statement.executeQuery(DEFERRED)) {
			row.next();
			String deferred = row.getString(1);
			if (deferred != null) {
				deferAgain(deferred);
			}
		}
		statement.execute("discard temp");
	}

	/**
	 * Names are not unique, and a constraint of the same name may not be deferrable.
	 */
	private void deferAgain(String constraints) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("savepoint pgkeel_deferred");
			try {
				statement.execute("set constraints " + constraints + " deferred");
			}
			catch (SQLException ex) {
				statement.execute("rollback to savepoint pgkeel_deferred");
			}
		}
	}

	/**
	 * Makes the checks that a commit would make.
	 * @return the violation, {@code null} if there is none
	 */
	private static @Nullable SQLException leftover(Statement statement) throws SQLException {
		statement.execute("savepoint pgkeel_checks");
		try {
			statement.execute(CHECK_NOW);
			return null;
		}
		catch (SQLException ex) {
			statement.execute("rollback to savepoint pgkeel_checks");
			return ex;
		}
	}

}
