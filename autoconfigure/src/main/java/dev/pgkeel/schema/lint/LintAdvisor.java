package dev.pgkeel.schema.lint;

import java.util.List;

import dev.pgkeel.schema.ScriptAdvice;
import dev.pgkeel.schema.ScriptAdvisor;
import dev.pgkeel.schema.SqlStatement;

/**
 * The linter as one who knows how to write statements instead.
 *
 * @since 0.1.0
 */
public final class LintAdvisor implements ScriptAdvisor {

	private final SchemaLinter linter = new SchemaLinter();

	@Override
	public void look(String script, SqlStatement statement) {
		this.linter.look(script, statement);
	}

	@Override
	public List<ScriptAdvice> advice() {
		return this.linter.findings().stream().map(LintFinding::advice).toList();
	}

}
