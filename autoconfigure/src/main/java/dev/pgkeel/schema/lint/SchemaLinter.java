package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.pgkeel.schema.SqlStatement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Reads schema scripts and says what fails, does damage or waits when they run again.
 * Nothing is sent to a server. One linter is for one reading of all scripts, in the order
 * in which they run, and for one thread.
 *
 * @since 0.1.0
 */
public final class SchemaLinter {

	private static final Log logger = LogFactory.getLog(SchemaLinter.class);

	private static final List<LintRule> RULES = List.of(new NoSuchClause(), new CreateWithoutIfNotExists(),
			new CreateWithoutOrReplace(), new CreateWithoutGuard(), new AddColumnTwice(), new AddConstraintTwice(),
			new AlterTwice(), new DropWithoutIfExists(), new RenameTwice(), new InsertTwice(), new ConvertTwice(),
			new MissedCondition(), new HiddenErrors(), new SkippedByHandler(), new UnnamedObject(),
			new InsertDuplicates(), new RelativeChange(), new ConvertedAgain(), new EmptiedTable(),
			new SequenceSetBack(), new DroppedAndCreated(), new WaitsForReaders());

	private final ScriptRead read = new ScriptRead();

	private final List<String> scripts = new ArrayList<>();

	private final List<LintFinding> directives = new ArrayList<>();

	/**
	 * Returns the rules.
	 */
	static List<LintRule> rules() {
		return RULES;
	}

	/**
	 * Adds the next statement.
	 * @param script the name of its script
	 * @param statement the statement
	 */
	public void add(String script, SqlStatement statement) {
		if (this.scripts.isEmpty() || !this.scripts.get(this.scripts.size() - 1).equals(script)) {
			this.scripts.add(script);
		}
		this.read.add(script, statement);
		this.directives.addAll(Ignores.mistakes(script, statement));
	}

	/**
	 * Adds the next statement for somebody whose start must not fail because of the
	 * linter's own mistakes.
	 */
	void look(String script, SqlStatement statement) {
		try {
			add(script, statement);
		}
		catch (RuntimeException ex) {
			logger.warn(script + ":" + statement.position() + " could not be looked at", ex);
		}
	}

	/**
	 * Looks at all statements added, with the rules for every version of PostgreSQL.
	 * @return what there is to say, in the order of the statements
	 */
	public List<LintFinding> findings() {
		return findings(Integer.MAX_VALUE);
	}

	/**
	 * Looks at all statements added.
	 * @param serverVersion the major version of the server that they are for
	 * @return what there is to say, in the order of the statements
	 */
	public List<LintFinding> findings(int serverVersion) {
		List<LintRule> rules = RULES.stream().filter((rule) -> rule.since() <= serverVersion).toList();
		List<LintFinding> findings = new ArrayList<>(this.directives);
		for (Step step : steps()) {
			for (LintRule rule : rules) {
				LintRule.Advice advice = rule.check(step);
				if (advice != null && !Ignores.silences(step.place().statement(), rule.id())) {
					findings.add(new LintFinding(step.place().script(), step.place().position(), rule.severity(),
							rule.id(), advice.message(), advice.rewrite()));
				}
			}
		}
		return findings.stream()
			.distinct()
			.sorted(Comparator.comparingInt((LintFinding finding) -> this.scripts.indexOf(finding.script()))
				.thenComparingInt((finding) -> finding.position().line())
				.thenComparingInt((finding) -> finding.position().column()))
			.toList();
	}

	/**
	 * Compares what the statements added declare with what is there. Nothing is changed.
	 * @param connection a connection without an open transaction, which has no autocommit
	 * afterwards
	 * @return what differs, in the order of the statements
	 * @throws SQLException if the server cannot be asked
	 */
	public List<LintFinding> differences(Connection connection) throws SQLException {
		Set<String> changed = new HashSet<>();
		for (Step step : SecondRun.of(this.read.nodes())) {
			if (step.action() instanceof Action.Drop drop) {
				changed.add(drop.key());
			}
			else if (step.action() instanceof Action.Rename rename) {
				changed.add(rename.from());
			}
			else if (step.action() instanceof Action.Retype retype) {
				changed.add(retype.key());
			}
		}
		return new SilentDifferences(connection, changed).find(this.read.declarations());
	}

	/**
	 * Of a function's body only what a handler does to errors counts: nobody says how
	 * often it is called.
	 */
	private List<Step> steps() {
		List<Step> steps = new ArrayList<>(SecondRun.of(this.read.nodes()));
		for (List<Node> function : this.read.functions()) {
			for (Step step : SecondRun.of(function)) {
				if (step.handling() == Step.Handling.MISSED || step.action() instanceof Action.HideErrors) {
					steps.add(step);
				}
			}
		}
		return steps;
	}

}
