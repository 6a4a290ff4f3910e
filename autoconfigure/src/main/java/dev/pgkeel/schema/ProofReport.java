package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of schema scripts when they ran a second time.
 *
 * @param proven how many statements ran again and changed nothing
 * @param differences the statements that fail or change something when they run again, in
 * order, with how to write them instead
 * @param notProvable the statements that cannot run twice in one transaction or were left
 * out on purpose, of which nothing is said
 * @param sequences sequences that the second run has moved on, which no rollback takes
 * back, each with its values
 * @since 0.1.0
 */
public record ProofReport(int proven, List<ScriptAdvice> differences, List<ScriptAdvice> notProvable,
		List<String> sequences) {

	/**
	 * The id of what a second run has shown, with which a comment above a statement
	 * leaves that one out: {@code -- pgkeel:ignore prove-idempotent <reason>}.
	 */
	public static final String ID = "prove-idempotent";

	static final ProofReport NOTHING = new ProofReport(0, List.of(), List.of(), List.of());

	/**
	 * Returns whether no statement failed or changed something.
	 * @return whether the scripts are idempotent, as far as that can be proven
	 */
	public boolean isIdempotent() {
		return this.differences.isEmpty();
	}

	ProofReport and(ProofReport other) {
		Map<String, String> used = new TreeMap<>();
		List.of(this, other)
			.forEach((report) -> report.sequences()
				.forEach((sequence) -> used.put(sequence.substring(0, sequence.lastIndexOf(" (")), sequence)));
		return new ProofReport(this.proven + other.proven, both(this.differences, other.differences),
				both(this.notProvable, other.notProvable), List.copyOf(used.values()));
	}

	private static List<ScriptAdvice> both(List<ScriptAdvice> first, List<ScriptAdvice> second) {
		List<ScriptAdvice> both = new ArrayList<>(first);
		both.addAll(second);
		return List.copyOf(both);
	}

	/**
	 * Returns all advice in one list.
	 */
	List<ScriptAdvice> advice() {
		return both(this.differences, this.notProvable);
	}

	/**
	 * Shows everything, a line for each statement that is not proven.
	 */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder(counted(this.proven)).append(" proven idempotent");
		this.differences.forEach((advice) -> text.append('\n').append(advice));
		this.notProvable.forEach((advice) -> text.append('\n').append(advice));
		if (!this.sequences.isEmpty()) {
			text.append("\nsequences used, which no rollback takes back: ").append(String.join(", ", this.sequences));
		}
		return text.toString();
	}

	static String counted(int statements) {
		return (statements == 1) ? "1 statement" : statements + " statements";
	}

}
