package dev.pgkeel.schema;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import javax.sql.DataSource;

import dev.pgkeel.schema.ProofPass.Place;
import dev.pgkeel.server.Preflight;

import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * A proof that schema scripts are idempotent, for tests: <pre>
 * ProofReport proof = SchemaProof.of(dataSource).run();
 * assertThat(proof.differences()).isEmpty();
 * </pre> The scripts are run, and run again, in one transaction that is rolled back, on a
 * database that is empty or has them already. Nothing is left but the values that
 * sequences have given away. May be used by several threads: one after the other proves.
 *
 * @since 0.1.0
 */
public final class SchemaProof {

	private static final String DEFAULT_LOCATION = "classpath*:db/pgkeel/*.sql";

	private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(5);

	private final DataSource dataSource;

	private final List<String> locations;

	private SchemaProof(DataSource dataSource, List<String> locations) {
		this.dataSource = dataSource;
		this.locations = locations;
	}

	/**
	 * Returns a proof of the scripts in {@code db/pgkeel}.
	 * @param dataSource the way to the database
	 * @return the proof, to be run
	 */
	public static SchemaProof of(DataSource dataSource) {
		return of(dataSource, DEFAULT_LOCATION);
	}

	/**
	 * Returns a proof of scripts.
	 * @param dataSource the way to the database
	 * @param locations where the scripts are, in the order in which they run, as in
	 * {@code pgkeel.schema.locations}
	 * @return the proof, to be run
	 */
	public static SchemaProof of(DataSource dataSource, String... locations) {
		return new SchemaProof(dataSource, List.of(locations));
	}

	/**
	 * Runs the scripts twice, and takes it back.
	 * @return what came out differently
	 * @throws SchemaScriptException if there are no scripts, if they cannot be read, or
	 * if the database does not let them be proven
	 */
	public ProofReport run() {
		List<ScriptOutline> scripts = new SchemaScripts(new PathMatchingResourcePatternResolver(), this.locations)
			.read()
			.stream()
			.map(ScriptOutline::of)
			.toList();
		if (scripts.isEmpty()) {
			throw new SchemaScriptException("There is no schema script at " + String.join(", ", this.locations),
					"Name the locations: SchemaProof.of(dataSource, \"file:src/main/db/*.sql\").", null);
		}
		try (Connection connection = this.dataSource.getConnection()) {
			if (!Preflight.isPostgres(connection)) {
				throw new SchemaScriptException("Schema scripts are proven on PostgreSQL, and this is "
						+ connection.getMetaData().getDatabaseProductName(), "Use another data source.", null);
			}
			return run(connection, scripts);
		}
		catch (SQLException ex) {
			throw new SchemaScriptException(
					"The schema scripts could not be run a second time: " + ex.getMessage() + " (SQLSTATE "
							+ ex.getSQLState() + ")",
					"Let the test have a database that it can reach, and to itself.", ex);
		}
	}

	private static ProofReport run(Connection connection, List<ScriptOutline> scripts) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		int prepareThreshold = SchemaInitializer.withoutNamedStatements(connection);
		connection.setAutoCommit(false);
		try {
			new SchemaLock(LOCK_TIMEOUT, new SecureRandom()).acquire(connection);
			try (Statement statement = connection.createStatement()) {
				statement.execute("set local lock_timeout = '10s'");
			}
			return prove(connection, scripts)
				.report(ServiceLoader.load(ScriptAdvisor.class, SchemaProof.class.getClassLoader())
					.findFirst()
					.orElse(null));
		}
		finally {
			connection.rollback();
			SchemaInitializer.restore(connection, autoCommit, prepareThreshold);
		}
	}

	private static ProofFindings prove(Connection connection, List<ScriptOutline> scripts) throws SQLException {
		RunProgress progress = new RunProgress();
		progress.lastAttempt();
		ScriptRun run = new ScriptRun(scripts, progress);
		Map<Place, SQLException> failures = new FirstPass(connection).run(run);
		ProofFindings findings = new IdempotencyProof(connection, run, CatalogSnapshot.take(connection),
				failures.keySet())
			.make();
		findings.addFailures(failures);
		return findings;
	}

}
