package dev.pgkeel.schema;

import java.util.Comparator;
import java.util.List;

import dev.pgkeel.schema.ProofPass.Place;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a second run has shown into words, with the advice that others have for the
 * same statement.
 */
final class ProofAdvice {

	private static final String ERROR = "error";

	private static final String HINT = "hint";

	private static final String NOT_PROVABLE = "not-provable";

	/**
	 * What is wrong with a comment and not with the statement.
	 */
	private static final String MISTAKE = "ignore";

	private static final Comparator<Position> ORDER = Comparator.comparingInt(Position::line)
		.thenComparingInt(Position::column);

	private final List<ScriptAdvice> others;

	ProofAdvice(@Nullable ScriptAdvisor advisor, List<ScriptOutline> scripts) {
		this.others = (advisor != null) ? ask(advisor, scripts) : List.of();
	}

	private static List<ScriptAdvice> ask(ScriptAdvisor advisor, List<ScriptOutline> scripts) {
		for (ScriptOutline script : scripts) {
			try (SqlSplitter splitter = new SqlSplitter(script.script())) {
				for (SqlStatement sql = splitter.next(); sql != null; sql = splitter.next()) {
					advisor.look(script.name(), sql);
				}
			}
		}
		return advisor.advice();
	}

	/**
	 * Returns the advice about a statement that comes out differently.
	 */
	ScriptAdvice of(Place place, ProofRewrite rewrite, String message) {
		String other = (rewrite == ProofRewrite.FAILURE) ? other(place, ERROR)
				: (other(place, "warning") != null) ? other(place, "warning") : other(place, ERROR);
		return new ScriptAdvice(place.script().name(), place.statement().position(), ERROR, ProofReport.ID, message,
				(other != null) ? other : rewrite.toString());
	}

	private @Nullable String other(Place place, String severity) {
		SqlStatement statement = place.statement();
		Position end = statement.positionOf(statement.text().length());
		return this.others.stream()
			.filter((advice) -> advice.script().equals(place.script().name()) && advice.severity().equals(severity)
					&& !advice.id().equals(MISTAKE))
			.filter((advice) -> ORDER.compare(advice.position(), statement.position()) >= 0
					&& ORDER.compare(advice.position(), end) <= 0)
			.map(ScriptAdvice::rewrite)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Returns the advice about a statement of which nothing can be said.
	 */
	static ScriptAdvice notProvable(Place place, String reason) {
		return new ScriptAdvice(place.script().name(), place.statement().position(), HINT, NOT_PROVABLE,
				"cannot be proven idempotent: " + reason, "Look at it yourself");
	}

}
