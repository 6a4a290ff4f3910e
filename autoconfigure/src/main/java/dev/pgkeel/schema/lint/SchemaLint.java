package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgkeel.schema.SchemaScriptException;
import dev.pgkeel.schema.ScriptAdvice;
import dev.pgkeel.schema.ScriptReview;
import dev.pgkeel.schema.SqlStatement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The linter in the run of schema scripts: it logs its advice, and may refuse the run.
 *
 * @since 0.1.0
 */
public final class SchemaLint implements ScriptReview {

	private static final Log logger = LogFactory.getLog(SchemaLint.class);

	private final boolean everyStart;

	private final boolean fails;

	private final boolean observes;

	private SchemaLinter linter = new SchemaLinter();

	private final List<ScriptAdvice> advice = new CopyOnWriteArrayList<>();

	/**
	 * Creates a linter.
	 * @param everyStart whether it also looks when nothing has to be applied
	 * @param fails whether scripts with errors are refused
	 * @param observes whether that is only said
	 */
	public SchemaLint(boolean everyStart, boolean fails, boolean observes) {
		this.everyStart = everyStart;
		this.fails = fails;
		this.observes = observes;
	}

	@Override
	public boolean everyStart() {
		return this.everyStart;
	}

	@Override
	public void look(String script, SqlStatement statement) {
		this.linter.look(script, statement);
	}

	@Override
	public void decide(int serverVersion) {
		List<LintFinding> findings = findings(serverVersion);
		findings.forEach(this::say);
		List<LintFinding> errors = findings.stream()
			.filter((finding) -> finding.severity() == LintSeverity.ERROR)
			.toList();
		if (this.fails && this.observes && !errors.isEmpty()) {
			logger.warn("The schema scripts would have been refused, since pgkeel.schema.lint is fail: " + errors.size()
					+ " of the lines above are errors");
		}
		else if (this.fails && !errors.isEmpty()) {
			throw new SchemaScriptException(
					"pgkeel.schema.lint is fail, and the schema scripts have " + errors.size()
							+ ((errors.size() == 1) ? " error: " : " errors, the first of which is ") + errors.get(0),
					"Correct the script, write -- pgkeel:ignore " + errors.get(0).id()
							+ " <reason> above the statement, or set pgkeel.schema.lint=warn. Nothing of the schema"
							+ " scripts was applied.",
					null);
		}
	}

	@Override
	public void compare(Connection connection) {
		try {
			this.linter.differences(connection).forEach(this::say);
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The database could not be compared with the schema scripts", ex);
		}
		finally {
			this.linter = new SchemaLinter();
		}
	}

	private void say(LintFinding finding) {
		this.advice.add(finding.advice());
		if (finding.severity() == LintSeverity.HINT) {
			logger.info(finding);
		}
		else {
			logger.warn(finding);
		}
	}

	/**
	 * Advice is never worth an application that does not start.
	 */
	private List<LintFinding> findings(int serverVersion) {
		try {
			return this.linter.findings(serverVersion);
		}
		catch (RuntimeException ex) {
			logger.warn("The schema scripts could not be looked at", ex);
			return List.of();
		}
	}

	@Override
	public List<ScriptAdvice> advice() {
		return List.copyOf(this.advice);
	}

}
