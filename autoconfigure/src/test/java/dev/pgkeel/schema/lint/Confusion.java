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

	private int total;

	private int hits;

	private int falseAlarms;

	private int missed;

	Confusion(String title) {
		this.title = title;
	}

	void add(ServerTruth.Outcome truth, boolean said, boolean impossible, String statement) {
		String verdict = said ? "second run fails" : impossible ? "no such clause" : "runs";
		this.counts.merge(truth.kind() + " / " + verdict, 1, Integer::sum);
		this.total++;
		if (truth.first() != null) {
			// It fails each time: who says that it fails the second time is right, but
			// was not asked
			this.falseAlarms += (said && truth.second() == null) ? 1 : 0;
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

	int total() {
		return this.total;
	}

	int count(String pair) {
		return this.counts.getOrDefault(pair, 0);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("%s: %d statements, precision %.4f, recall %.4f%n".formatted(this.title,
				this.total, precision(), recall()));
		text.append("  %-55s statements%n".formatted("server / linter"));
		this.counts.forEach((pair, count) -> text.append("  %-55s %d%n".formatted(pair, count)));
		this.wrong.forEach((statement) -> text.append("  ")
			.append(statement.substring(0, Math.min(200, statement.length())).replace('\n', ' '))
			.append('\n'));
		return text.toString();
	}

}
