package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Proves the scripts of a start idempotent, before they are committed. Used by one
 * thread; the report may be read by any.
 */
final class StartProof {

	private static final Log logger = LogFactory.getLog(StartProof.class);

	private static final String UNPROVEN = "The schema scripts could not be run a second time, to prove them idempotent: ";

	private final ProofSettings settings;

	private final Map<List<String>, ProofReport> reports = new LinkedHashMap<>();

	private volatile ProofReport report = ProofReport.NOTHING;

	StartProof(ProofSettings settings) {
		this.settings = settings;
	}

	/**
	 * Runs scripts a second time, and takes that back.
	 * @param connection the connection of the scripts, in their transaction
	 * @param run the scripts that have run
	 * @param after the catalog as they left it
	 * @throws SQLException if the connection is lost
	 * @throws SchemaScriptException if they are not idempotent and must be
	 */
	void prove(Connection connection, ScriptRun run, CatalogSnapshot after) throws SQLException {
		ProofFindings findings;
		try {
			findings = new IdempotencyProof(connection, run, after, Set.of()).make();
		}
		catch (SQLException ex) {
			if (!RunFailure.isOfAStatement(ex)) {
				throw ex;
			}
			logger.warn(UNPROVEN + StatementFailure.describe(ex));
			return;
		}
		catch (SchemaScriptException ex) {
			logger.warn(UNPROVEN + ex.getMessage());
			return;
		}
		ProofReport proof = findings.report(this.settings.advisor());
		this.reports.put(run.scripts().stream().map(ScriptOutline::name).toList(), proof);
		this.report = this.reports.values().stream().reduce(ProofReport.NOTHING, ProofReport::and);
		tell(proof);
	}

	private void tell(ProofReport proof) {
		if (this.settings.refuses() && !proof.isIdempotent()) {
			throw refusal(proof);
		}
		proof.differences().forEach(logger::warn);
		proof.notProvable().forEach(logger::info);
		if (!proof.sequences().isEmpty()) {
			logger.info("The second run, which proved the schema scripts, has used values of sequences that no rollback"
					+ " takes back: " + String.join(", ", proof.sequences()));
		}
		if (proof.isIdempotent()) {
			logger.info("Schema proven: " + ProofReport.counted(proof.proven())
					+ " ran a second time and changed nothing; that was rolled back");
		}
		else {
			logger.warn("Schema scripts are not idempotent: " + ProofReport.counted(proof.differences().size())
					+ " came out differently in a second run, which was rolled back");
		}
	}

	private static SchemaScriptException refusal(ProofReport proof) {
		StringBuilder text = new StringBuilder("The schema scripts are not idempotent. Run a second time, which was"
				+ " rolled back, " + ProofReport.counted(proof.differences().size())
				+ ((proof.differences().size() == 1) ? " comes out differently:" : " come out differently:"));
		proof.differences().forEach((advice) -> text.append(System.lineSeparator()).append("  ").append(advice));
		return new SchemaScriptException(text.toString(),
				"Write the statements as shown: a script is applied again when it is changed, or when one of its objects"
						+ " is, and has to come out the same. For a statement that is meant to come out"
						+ " differently, write \"-- pgkeel:ignore " + ProofReport.ID
						+ " <reason>\" above it. pgkeel.schema.prove-idempotent=false starts without this check, which"
						+ " is on in the runtime profile development.",
				null);
	}

	/**
	 * Returns what came out.
	 */
	ProofReport report() {
		return this.report;
	}

}
