package dev.pgkeel.schema;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.pgkeel.schema.SchemaApplier.Applied;
import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.schema.SchemaReport.Changes;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.PoolerProbe;
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

	private static final Set<String> PARTS = Set.of("column", "constraint");

	private final Preflight preflight;

	private final SchemaSettings settings;

	private final SchemaHistory history;

	private final @Nullable RunGuard guard;

	private final @Nullable ScriptReview review;

	private final @Nullable StartProof proof;

	private final long start;

	SchemaStart(Preflight preflight, SchemaSettings settings, ApplicationInstance instance, @Nullable RunGuard guard,
			@Nullable ScriptReview review, @Nullable StartProof proof, long start) {
		this.preflight = preflight;
		this.settings = settings;
		this.history = new SchemaHistory(new HistoryTable(settings.historySchema()), instance.application(),
				instance.id());
		this.guard = guard;
		this.review = review;
		this.proof = proof;
		this.start = start;
	}

	SchemaReport run(Connection connection, List<SchemaScript> scripts) throws SQLException {
		connection.setAutoCommit(true);
		ScriptNeeds decisions = new ScriptNeeds(this.history, this.settings.mode() == SchemaMode.ALWAYS,
				connection.getMetaData().getDatabaseMajorVersion());
		Map<String, HistoryEntry> entries = this.history.peek(connection);
		List<ScriptNeed> needs = decisions.decide(connection, this.history.table().name(), scripts, entries);
		boolean runs = needs.stream().anyMatch((need) -> need.reason() != ScriptNeed.Reason.NEW_VERSION);
		if (this.settings.mode() == SchemaMode.VERIFY && runs) {
			throw new SchemaScriptException(
					"pgkeel.schema.mode is verify, but schema scripts would have to be applied: "
							+ ScriptNeed.shown(needs.stream().map(ScriptNeed::toString).toList()),
					"Apply them in the deploy step, with pgkeel.schema.mode=on-change and a role that may, and start"
							+ " again.",
					null);
		}
		if (needs.isEmpty() || this.settings.mode() == SchemaMode.VERIFY) {
			return unchanged(scripts, entries);
		}
		try {
			return apply(connection, scripts, needs, decisions);
		}
		catch (SchemaScriptException ex) {
			if (runs) {
				throw ex;
			}
			logger.debug("The definitions could not be remembered anew after the server's upgrade", ex);
			return unchanged(scripts, entries);
		}
	}

	private SchemaReport unchanged(List<SchemaScript> scripts, Map<String, HistoryEntry> entries) {
		Duration duration = Duration.ofNanos(System.nanoTime() - this.start);
		logger.info("Schema unchanged (" + duration.toMillis() + " ms)");
		return new SchemaReport(Outcome.UNCHANGED, AppliedScript.unchanged(scripts, entries), Changes.NONE, List.of(),
				duration);
	}

	private SchemaReport apply(Connection connection, List<SchemaScript> scripts, List<ScriptNeed> needs,
			ScriptNeeds decisions) throws SQLException {
		List<ScriptOutline> outlines = scripts.stream().map(ScriptOutline::of).toList();
		if (this.review != null) {
			review(this.review, scripts, connection.getMetaData().getDatabaseMajorVersion());
		}
		demandASession(connection, outlines, needs);
		SecureRandom random = new SecureRandom();
		SchemaLock lock = new SchemaLock(this.settings.lockTimeout(), random);
		SchemaTransaction transaction = new SchemaTransaction(lock, this.settings.statementTimeout(),
				!this.settings.dryRun(), SchemaTransaction.Patience.DEFAULT, random);
		SchemaApplier applier = new SchemaApplier(this.history, decisions, lock, transaction, this.guard, this.proof,
				this.settings.dryRun());
		RunProgress progress = new RunProgress();
		List<Applied> applied = new ArrayList<>();
		try (RunWatch watch = new RunWatch(this.preflight, progress)) {
			for (List<ScriptOutline> share : this.settings.dryRun() ? List.of(outlines) : transactions(outlines)) {
				applied.add(applier.apply(connection, share, outlines, progress, watch));
			}
		}
		if (this.review != null) {
			this.review.compare(connection);
		}
		return report(applied);
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

	/**
	 * A lock of the session would be left behind in a pooler, for whoever gets the
	 * session next.
	 */
	private void demandASession(Connection connection, List<ScriptOutline> outlines, List<ScriptNeed> needs)
			throws SQLException {
		for (ScriptOutline outline : outlines) {
			if (outline.outside().isEmpty() || needs.stream().noneMatch((need) -> need.script() == outline.script())) {
				continue;
			}
			PoolerProbe.Result probed = new PoolerProbe(this.preflight::connect).probe(connection,
					backendPid(connection));
			connection.setNetworkTimeout(Runnable::run, 0);
			if (probed.pooler() == Pooler.TRANSACTION || probed.pooler() == Pooler.UNKNOWN) {
				SqlStatement statement = outline.outside().get(0);
				throw outline.script()
					.failure(statement.position(),
							String.join(" ", statement.words().subList(0, Math.min(3, statement.words().size())))
									+ " runs outside of a transaction, under a lock of the session, and this"
									+ " connection has no session of its own: " + probed.reason(),
							"Set pgkeel.direct.url to the server itself, beside the pooler. Nothing of the schema"
									+ " scripts was applied.");
			}
			return;
		}
	}

	private static int backendPid(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select pg_catalog.pg_backend_pid()")) {
			row.next();
			return row.getInt(1);
		}
	}

	private SchemaReport report(List<Applied> applied) {
		Duration duration = Duration.ofNanos(System.nanoTime() - this.start);
		List<AppliedScript> scripts = applied.stream().flatMap((share) -> share.scripts().stream()).toList();
		List<AppliedScript> run = scripts.stream().filter((script) -> script.outcome() == Outcome.APPLIED).toList();
		boolean unfinished = applied.stream().anyMatch((share) -> !share.unfinished().isEmpty());
		Changes changes = new Changes(objects(applied, CatalogDiff::created), objects(applied, CatalogDiff::altered),
				objects(applied, CatalogDiff::dropped));
		List<String> drift = applied.stream().flatMap((share) -> share.drift().stream()).toList();
		if (run.isEmpty() && !unfinished) {
			logger.info("Schema unchanged (" + duration.toMillis() + " ms)");
			return new SchemaReport(Outcome.UNCHANGED, scripts, changes, drift, duration);
		}
		int statements = run.stream().mapToInt(AppliedScript::statements).sum();
		boolean dry = this.settings.dryRun();
		logger.info((dry ? "Schema dry run, would have applied: " : "Schema applied: ")
				+ SchemaInitializer.counted(run.size()) + ", " + statements
				+ ((statements == 1) ? " statement, " : " statements, ") + duration.toMillis() + " ms");
		if (!changes.equals(Changes.NONE)) {
			logger.info((dry ? "Schema differences: " : "Schema changes: ") + changes);
		}
		return new SchemaReport(dry ? Outcome.DRY_RUN : Outcome.APPLIED, scripts, changes, drift, duration);
	}

	/**
	 * A new table's columns and constraints go without saying.
	 */
	private static List<String> objects(List<Applied> applied, Function<CatalogDiff, List<CatalogObject>> which) {
		List<String> names = new ArrayList<>();
		for (Applied share : applied) {
			List<CatalogObject> objects = which.apply(share.diff());
			Set<CatalogObject> known = new HashSet<>(objects);
			for (CatalogObject object : objects) {
				CatalogSnapshot snapshot = (share.after().entry(object) != null) ? share.after() : share.before();
				CatalogEntry entry = snapshot.entry(object);
				CatalogEntry parent = (entry != null) ? entry.parent() : null;
				boolean part = parent != null && PARTS.contains(object.kind()) && known.contains(parent.object());
				if (!part) {
					names.add(object.toString());
				}
			}
		}
		return names;
	}

}
