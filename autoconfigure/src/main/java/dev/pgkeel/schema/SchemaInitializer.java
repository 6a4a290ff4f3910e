package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Preflight;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.io.support.ResourcePatternResolver;

/**
 * Applies the schema scripts when the application starts: all of them in one transaction,
 * by one instance at a time. The report may be read by any thread.
 *
 * @since 0.1.0
 */
public final class SchemaInitializer implements InitializingBean, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(SchemaInitializer.class);

	private static final int OLDEST_VERSION = 14;

	private final Preflight preflight;

	private final SchemaScripts scripts;

	private final SchemaSettings settings;

	private final ApplicationInstance instance;

	private final RunGuard guard;

	private final @Nullable ScriptReview review;

	private final @Nullable StartProof proof;

	private volatile SchemaReport report = SchemaReport.of(Outcome.PENDING);

	/**
	 * Creates an initializer.
	 * @param preflight the way to the server
	 * @param resolver finds the scripts
	 * @param instance this instance of the application, which the history names
	 * @param settings how the scripts are applied
	 */
	public SchemaInitializer(Preflight preflight, ResourcePatternResolver resolver, ApplicationInstance instance,
			SchemaSettings settings) {
		this(preflight, resolver, instance, settings, null, null);
	}

	/**
	 * Creates an initializer.
	 * @param preflight the way to the server
	 * @param resolver finds the scripts
	 * @param instance this instance of the application, which the history names
	 * @param settings how the scripts are applied
	 * @param review looks at the scripts before they run, {@code null} if nobody does
	 * @param proof how they are proven idempotent when they are applied, {@code null} if
	 * they are not
	 */
	public SchemaInitializer(Preflight preflight, ResourcePatternResolver resolver, ApplicationInstance instance,
			SchemaSettings settings, @Nullable ScriptReview review, @Nullable ProofSettings proof) {
		this.preflight = preflight;
		this.scripts = new SchemaScripts(resolver, settings.locations());
		this.instance = instance;
		this.settings = settings;
		this.guard = new LossGuard(settings.refuses());
		this.review = review;
		this.proof = (proof != null) ? new StartProof(proof) : null;
	}

	/**
	 * Applies the scripts.
	 * @throws SchemaScriptException if they cannot be read or applied
	 */
	@Override
	public void afterPropertiesSet() {
		this.report = run();
	}

	private SchemaReport run() {
		if (this.preflight.target() == DatabaseTarget.OTHER) {
			return SchemaReport.of(Outcome.NOTHING_TO_DO);
		}
		int count = this.scripts.find().size();
		if (count == 0) {
			logger.debug("No schema script found");
			return SchemaReport.of(Outcome.NOTHING_TO_DO);
		}
		if (!this.settings.applies()) {
			logger.info(counted(count) + " not applied: the runtime profile is serverless. Apply them in the deploy"
					+ " step, by starting the application once with --pgkeel.schema.exit-after-apply=true;"
					+ " pgkeel.schema.enabled=false leaves out this line");
			return SchemaReport.of(Outcome.NOT_APPLIED);
		}
		return apply(this.scripts.read());
	}

	private SchemaReport apply(List<SchemaScript> read) {
		long start = System.nanoTime();
		try (Connection connection = connect()) {
			if (!Preflight.isPostgres(connection)) {
				logger.debug("Schema scripts are not applied: the database is not PostgreSQL");
				return SchemaReport.of(Outcome.NOTHING_TO_DO);
			}
			int version = connection.getMetaData().getDatabaseMajorVersion();
			if (version < OLDEST_VERSION) {
				logger.warn(
						"Schema scripts are not applied: the server is PostgreSQL " + version + ", and pgkeel supports "
								+ OLDEST_VERSION + " and later. Upgrade the server, or apply them by hand");
				return SchemaReport.of(Outcome.NOT_APPLIED);
			}
			boolean autoCommit = connection.getAutoCommit();
			int prepareThreshold = withoutNamedStatements(connection);
			try {
				return new SchemaStart(this.preflight, this.settings, this.instance, this.guard, this.review,
						this.proof, start)
					.run(connection, read);
			}
			finally {
				restore(connection, autoCommit, prepareThreshold);
			}
		}
		catch (SQLException ex) {
			throw StartFailure.afterwards(ex);
		}
	}

	private Connection connect() {
		try {
			return this.preflight.connectWhenUp();
		}
		catch (SQLException ex) {
			throw StartFailure.whileConnecting(ex);
		}
	}

	/**
	 * Behind a pooler, a statement that the driver names on the server, as it does with
	 * COMMIT, is in the way of others.
	 */
	static int withoutNamedStatements(Connection connection) throws SQLException {
		PGConnection driver = connection.unwrap(PGConnection.class);
		int prepareThreshold = driver.getPrepareThreshold();
		driver.setPrepareThreshold(0);
		return prepareThreshold;
	}

	/**
	 * Only a borrowed connection is used again: a pool other than HikariCP may not reset
	 * it.
	 */
	static void restore(Connection connection, boolean autoCommit, int prepareThreshold) {
		try {
			connection.unwrap(PGConnection.class).setPrepareThreshold(prepareThreshold);
			// Autocommit would commit what is open
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			connection.setAutoCommit(autoCommit);
		}
		catch (SQLException ex) {
			logger.debug("The connection of the schema scripts could not be reset", ex);
		}
	}

	static String counted(int scripts) {
		return (scripts == 1) ? "1 script" : scripts + " scripts";
	}

	/**
	 * Returns what there is to say about the scripts that were applied, by those who read
	 * them, and by a second run.
	 * @return the advice, empty if nobody looked
	 */
	public List<ScriptAdvice> advice() {
		List<ScriptAdvice> advice = new ArrayList<>((this.review != null) ? this.review.advice() : List.of());
		advice.addAll(proof().advice());
		return advice;
	}

	/**
	 * Returns what a second run of the scripts that were applied has shown.
	 * @return the report, of nothing if there was no second run
	 */
	public ProofReport proof() {
		return (this.proof != null) ? this.proof.report() : ProofReport.NOTHING;
	}

	/**
	 * Tells whether there are scripts that the run left alone, since they are not for
	 * this database or not for this instance to apply.
	 * @return whether there are
	 * @throws SchemaScriptException if they cannot be found
	 */
	public boolean leftScriptsAlone() {
		return switch (this.report.outcome()) {
			case NOT_APPLIED -> true;
			case NOTHING_TO_DO -> !this.scripts.find().isEmpty();
			case PENDING, UNCHANGED, APPLIED, DRY_RUN -> false;
		};
	}

	/**
	 * Returns what became of the scripts.
	 * @return the report
	 */
	public SchemaReport report() {
		return this.report;
	}

}
