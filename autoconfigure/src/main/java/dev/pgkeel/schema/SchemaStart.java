package dev.pgkeel.schema;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.pgkeel.schema.SchemaApplier.Applied;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Preflight;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What one start does with its scripts on a connection: nothing, if the history says that
 * they are up to date; else each transaction's share.
 */
final class SchemaStart {

	private static final Log logger = LogFactory.getLog(SchemaStart.class);

	private static final int ANSWER_SECONDS = 5;

	private final Preflight preflight;

	private final SchemaSettings settings;

	private final SchemaHistory history;

	private final @Nullable RunGuard guard;

	private final @Nullable ScriptReview review;

	private final @Nullable StartProof proof;

	private final SchemaReporter reporter;

	SchemaStart(Preflight preflight, SchemaSettings settings, ApplicationInstance instance, @Nullable RunGuard guard,
			@Nullable ScriptReview review, @Nullable StartProof proof, long start) {
		this.preflight = preflight;
		this.settings = settings;
		this.history = new SchemaHistory(new HistoryTable(settings.historySchema()), instance.application(),
				instance.id());
		this.guard = guard;
		this.review = review;
		this.proof = proof;
		this.reporter = new SchemaReporter(settings.dryRun(), start);
	}

	SchemaReport run(Connection connection, List<SchemaScript> scripts) throws SQLException {
		connection.setAutoCommit(true);
		ScriptNeeds decisions = new ScriptNeeds(this.history, this.settings.mode() == SchemaMode.ALWAYS,
				connection.getMetaData().getDatabaseMajorVersion());
		Map<String, HistoryEntry> entries = this.history.peek(connection);
		List<ScriptNeed> needs = decisions.decide(connection, this.history.table().name(), scripts, entries);
		boolean runs = needs.stream().anyMatch((need) -> need.reason() != ScriptNeed.Reason.NEW_VERSION);
		if (this.settings.mode() == SchemaMode.VERIFY && runs) {
			refuse(needs);
		}
		boolean idle = needs.isEmpty() || this.settings.mode() == SchemaMode.VERIFY;
		ScriptReview reviewing = (this.review != null && (!idle || this.review.everyStart())) ? this.review : null;
		if (reviewing != null) {
			review(reviewing, scripts, connection.getMetaData().getDatabaseMajorVersion());
		}
		SchemaReport report = !idle ? apply(connection, scripts, entries, needs, decisions, runs)
				: (runs ? SchemaReport.of(Outcome.NOT_APPLIED) : this.reporter.unchanged(scripts, entries));
		if (reviewing != null) {
			reviewing.compare(connection);
		}
		return report;
	}

	private void refuse(List<ScriptNeed> needs) {
		String problem = "pgkeel.schema.mode is verify, but schema scripts would have to be applied: "
				+ ScriptNeed.shown(needs.stream().map(ScriptNeed::toString).toList());
		String action = "Apply them in the deploy step, with pgkeel.schema.mode=on-change and a role that may";
		if (this.settings.refuses()) {
			throw new SchemaScriptException(problem, action + ", and start again.", null);
		}
		logger.warn("The start would have been refused: " + problem + ". " + action);
	}

	private SchemaReport apply(Connection connection, List<SchemaScript> scripts, Map<String, HistoryEntry> entries,
			List<ScriptNeed> needs, ScriptNeeds decisions, boolean runs) throws SQLException {
		try {
			return apply(connection, scripts, needs, decisions);
		}
		catch (SchemaScriptException ex) {
			if (runs || !connection.isValid(ANSWER_SECONDS)) {
				throw ex;
			}
			logger.debug("The definitions could not be remembered anew after the server's upgrade", ex);
			return this.reporter.unchanged(scripts, entries);
		}
	}

	private SchemaReport apply(Connection connection, List<SchemaScript> scripts, List<ScriptNeed> needs,
			ScriptNeeds decisions) throws SQLException {
		List<ScriptOutline> outlines = scripts.stream().map(ScriptOutline::of).toList();
		SessionDemand demand = SessionDemand.of(this.preflight, connection, outlines);
		demand.make(outlines.stream()
			.filter((outline) -> needs.stream().anyMatch((need) -> need.script() == outline.script()))
			.toList());
		SecureRandom random = new SecureRandom();
		SchemaLock lock = new SchemaLock(this.settings.lockTimeout(), random);
		SchemaTransaction transaction = new SchemaTransaction(lock, this.settings.statementTimeout(),
				!this.settings.dryRun(), SchemaTransaction.Patience.DEFAULT, random);
		RunProgress progress = new RunProgress();
		OutsideRun outside = new OutsideRun(this.history, lock, demand, progress, this.settings.statementTimeout());
		SchemaApplier applier = new SchemaApplier(this.history, decisions, transaction, outside, this.guard, this.proof,
				this.settings.dryRun());
		List<Applied> applied = new ArrayList<>();
		try (RunWatch watch = new RunWatch(this.preflight, progress)) {
			for (List<ScriptOutline> share : this.settings.dryRun() ? List.of(outlines) : transactions(outlines)) {
				applied.add(applier.apply(connection, share, outlines, progress, watch));
			}
		}
		catch (SQLException ex) {
			throw StartFailure.during(progress.place(), ex);
		}
		return this.reporter.applied(applied);
	}

	private static void review(ScriptReview review, List<SchemaScript> scripts, int serverVersion) {
		for (SchemaScript script : scripts) {
			try (SqlSplitter splitter = new SqlSplitter(script)) {
				for (SqlStatement statement = splitter.next(); statement != null; statement = splitter.next()) {
					review.look(script.name(), statement);
				}
			}
		}
		review.decide(serverVersion);
	}

	/**
	 * A script with a transaction of its own ends the one before it.
	 */
	private static List<List<ScriptOutline>> transactions(List<ScriptOutline> outlines) {
		List<List<ScriptOutline>> transactions = new ArrayList<>();
		List<ScriptOutline> current = new ArrayList<>();
		for (ScriptOutline outline : outlines) {
			if (outline.ownTransaction()) {
				transactions.add(List.copyOf(current));
				transactions.add(List.of(outline));
				current.clear();
			}
			else {
				current.add(outline);
			}
		}
		transactions.add(List.copyOf(current));
		return transactions.stream().filter((scripts) -> !scripts.isEmpty()).toList();
	}

}
