package dev.pgkeel.autoconfigure;

import java.time.Duration;
import java.util.List;

import dev.pgkeel.schema.SchemaMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * Properties of the schema scripts.
 *
 * @param enabled Whether schema scripts are applied at start. Unless set, they are in all
 * runtime profiles but serverless.
 * @param locations Locations of the schema scripts, in the order in which they run.
 * @param mode When the scripts are applied.
 * @param historySchema Schema of the table pgkeel_schema_history. Unless set, the first
 * one in the search path.
 * @param lockTimeout Maximum time to wait while another instance applies schema scripts.
 * @param statementTimeout Maximum time that one statement of a script may take. Unless
 * set, that of the role.
 * @param dryRun Whether to apply everything, roll it back, print the differences and
 * stop.
 * @param exitAfterApply Whether to stop once the scripts are applied, as a step of a
 * deployment.
 * @param toolGuard What to do when another tool is about to drop tables that hold rows.
 * Unless set, fail, or warn in the runtime profile development, and in a test whose
 * database is on its own machine.
 * @param lint What is done with advice about schema scripts. Unless set, it is logged in
 * the runtime profile development, and not looked for elsewhere.
 * @param proveIdempotent Whether schema scripts run a second time when they are applied,
 * which is rolled back, and fail the start in the runtime profile development if they
 * come out differently. Unless set, only in that profile.
 * @since 0.1.0
 */
public record SchemaProperties(@Nullable Boolean enabled,
		@DefaultValue(SchemaProperties.DEFAULT_LOCATION) List<String> locations,
		@DefaultValue("on-change") SchemaMode mode, @Nullable String historySchema,
		@DefaultValue("5m") Duration lockTimeout, @Nullable Duration statementTimeout,
		@DefaultValue("false") Boolean dryRun, @DefaultValue("false") Boolean exitAfterApply,
		@Nullable ToolGuardAction toolGuard, @Nullable SchemaLintMode lint, @Nullable Boolean proveIdempotent) {

	static final String DEFAULT_LOCATION = "classpath*:db/pgkeel/*.sql";

	private static final Duration SHORTEST = Duration.ofMillis(1);

	/**
	 * What the server takes, about 24 days.
	 */
	private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

	/**
	 * Creates properties, where what an empty variable gives is not set.
	 * @param enabled whether scripts are applied, {@code null} for all profiles but
	 * serverless
	 * @param locations where the scripts are, none that is not blank for the default
	 * @param mode when they are applied
	 * @param historySchema schema of the history, {@code null} or blank for the first one
	 * @param lockTimeout maximum time to wait for another instance
	 * @param statementTimeout maximum time of one statement, {@code null} for the role's
	 * @param dryRun whether all is rolled back
	 * @param exitAfterApply whether to stop then
	 * @param toolGuard what to do about tools that drop tables, {@code null} for the
	 * usual
	 * @param lint what is done with advice, {@code null} for the usual
	 * @param proveIdempotent whether scripts run a second time, {@code null} for the
	 * usual
	 * @throws IllegalArgumentException if the server could not keep the maximum time of a
	 * statement
	 */
	public SchemaProperties {
		if (statementTimeout != null && !statementTimeout.isZero()
				&& (statementTimeout.compareTo(SHORTEST) < 0 || statementTimeout.compareTo(LONGEST) > 0)) {
			throw new IllegalArgumentException("pgkeel.schema.statement-timeout must be between 1 and "
					+ LONGEST.toMillis() + " ms, or 0 for no limit, and not " + statementTimeout);
		}
		locations = orDefault(locations);
		historySchema = StringUtils.hasText(historySchema) ? historySchema : null;
	}

	/**
	 * Returns those of the locations that are set, or the default if none is.
	 */
	static List<String> orDefault(List<String> locations) {
		List<String> set = locations.stream().filter(StringUtils::hasText).toList();
		return set.isEmpty() ? List.of(DEFAULT_LOCATION) : set;
	}

	boolean stops() {
		return this.dryRun || this.exitAfterApply;
	}

}
