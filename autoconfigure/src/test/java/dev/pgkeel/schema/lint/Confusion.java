package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the linter said beside what the server did.
 */
final class Confusion {

	private final String title;

	private final Map<String, Integer> counts = new TreeMap<>();

	private final List<String> wrong = new ArrayList<>();

	private int hits;

	private int falseAlarms;

	private int missed;

	Confusion(String title) {
		this.title = title;
	}

	void add(ServerTruth.Outcome truth, boolean said, boolean impossible, String statement) {
		String verdict = said ? "second run fails" : impossible ? "no such clause" : "runs";
		this.counts.merge(truth.kind() + " / " + verdict, 1, Integer::sum);
		if (truth.first() != null) {
			return;
		}
		this.hits += (said && truth.failsOnSecond()) ? 1 : 0;
		this.falseAlarms += (said && !truth.failsOnSecond()) ? 1 : 0;
		this.missed += (!said && truth.failsOnSecond()) ? 1 : 0;
		if (said != truth.failsOnSecond()) {
			this.wrong.add((said ? "false alarm: " : "missed " + truth.second() + ": ") + statement);
		}
	}

	double precision() {
		return (this.hits + this.falseAlarms == 0) ? 1 : (double) this.hits / (this.hits + this.falseAlarms);
	}

	double recall() {
		return (this.hits + this.missed == 0) ? 1 : (double) this.hits / (this.hits + this.missed);
	}

	int hits() {
		return this.hits;
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder(
				"%s: precision %.4f, recall %.4f%n".formatted(this.title, precision(), recall()));
		text.append("  %-55s statements%n".formatted("server / linter"));
		this.counts.forEach((pair, count) -> text.append("  %-55s %d%n".formatted(pair, count)));
		this.wrong.forEach((statement) -> text.append("  ")
			.append(statement.substring(0, Math.min(200, statement.length())).replace('\n', ' '))
			.append('\n'));
		return text.toString();
	}

}
