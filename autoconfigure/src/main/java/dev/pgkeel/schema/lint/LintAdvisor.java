package dev.pgkeel.schema.lint;

import java.util.List;

import dev.pgkeel.schema.ScriptAdvice;
import dev.pgkeel.schema.ScriptAdvisor;
import dev.pgkeel.schema.SqlStatement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The linter as one who knows how to write statements instead.
 *
 * @since 0.1.0
 */
public final class LintAdvisor implements ScriptAdvisor {

	private static final Log logger = LogFactory.getLog(LintAdvisor.class);

	private final SchemaLinter linter = new SchemaLinter();

	@Override
	public void look(String script, SqlStatement statement) {
		try {
			this.linter.add(script, statement);
		}
		catch (RuntimeException ex) {
			logger.warn(script + ":" + statement.position() + " could not be looked at", ex);
		}
	}

	@Override
	public List<ScriptAdvice> advice() {
		return this.linter.findings().stream().map(LintFinding::advice).toList();
	}

}
