package dev.pgkeel.schema;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How schema scripts are applied.
 *
 * @param applies whether scripts are applied, or only mentioned
 * @param locations where the scripts are, in the order in which they run
 * @param mode when they are applied
 * @param historySchema the schema of the history table, {@code null} for the first one in
 * the search path
 * @param lockTimeout how long to wait while another instance applies scripts
 * @param statementTimeout how long one statement may take, {@code null} for what the role
 * has
 * @param dryRun whether everything is rolled back in the end
 * @param refuses whether a run that destroys something, or scripts that wait where they
 * are only verified, are refused, or only reported
 * @since 0.1.0
 */
public record SchemaSettings(boolean applies, List<String> locations, SchemaMode mode, @Nullable String historySchema,
		Duration lockTimeout, @Nullable Duration statementTimeout, boolean dryRun, boolean refuses) {

}
