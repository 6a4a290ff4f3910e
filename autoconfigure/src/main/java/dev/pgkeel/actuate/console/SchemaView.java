package dev.pgkeel.actuate.console;

import java.util.List;
import java.util.stream.Stream;

import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport;
import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.schema.ScriptAdvice;
import org.jspecify.annotations.Nullable;

/**
 * The last run of the schema scripts.
 *
 * @param outcome its outcome
 * @param durationMs how long it took, in milliseconds
 * @param scripts the scripts
 * @param changes what it changed, such as {@code created table notes}
 * @param drift what was no longer as the run before had left it
 * @param findings advice about the scripts
 * @param more how many lines were left out
 * @since 0.1.0
 */
public record SchemaView(String outcome, long durationMs, List<ScriptView> scripts, List<String> changes,
		List<String> drift, List<FindingView> findings, int more) {

	private static final int MOST = 20;

	static SchemaView of(SchemaInitializer schema, boolean showSql) {
		SchemaReport report = schema.report();
		List<String> changes = Stream
			.of(named("created ", report.changes().created()), named("altered ", report.changes().altered()),
					named("dropped ", report.changes().dropped()))
			.flatMap((names) -> names)
			.toList();
		List<ScriptAdvice> advice = schema.advice();
		int more = more(report.scripts()) + more(changes) + more(report.drift()) + more(advice);
		return new SchemaView(report.outcome().toString(), report.duration().toMillis(),
				report.scripts().stream().limit(MOST).map(ScriptView::of).toList(),
				changes.stream().limit(MOST).toList(), report.drift().stream().limit(MOST).toList(),
				advice.stream().limit(MOST).map((one) -> FindingView.of(one, showSql)).toList(), more);
	}

	private static Stream<String> named(String what, List<String> objects) {
		return objects.stream().map((object) -> what + object);
	}

	private static int more(List<?> list) {
		return Math.max(0, list.size() - MOST);
	}

	/**
	 * A script.
	 *
	 * @param name its file's name
	 * @param outcome what became of it
	 * @param statements how many statements it has
	 * @param durationMs how long they took, in milliseconds
	 */
	public record ScriptView(String name, String outcome, int statements, long durationMs) {

		static ScriptView of(AppliedScript script) {
			return new ScriptView(script.name(), script.outcome().toString(), script.statements(),
					script.duration().toMillis());
		}

	}

	/**
	 * Advice about a statement.
	 *
	 * @param place the script, the line and the column
	 * @param severity error, warning or hint
	 * @param id the rule's id
	 * @param message what is wrong, which repeats the statement, {@code null} if it may
	 * not be shown
	 */
	public record FindingView(String place, String severity, String id, @Nullable String message) {

		static FindingView of(ScriptAdvice advice, boolean showSql) {
			return new FindingView(advice.script() + ":" + advice.position(), advice.severity(), advice.id(),
					showSql ? advice.message() : null);
		}

	}

}
