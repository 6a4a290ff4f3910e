package dev.pgkeel.autoconfigure;

import java.util.function.Predicate;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * A tool that drops tables when it starts.
 *
 * @param setting the setting that makes it, as the user knows it
 * @param remedy what to set instead
 * @param dataSource where the tables are
 * @param drops tells for a table, as {@code schema.table}, whether it would be dropped
 */
record ToolThreat(String setting, String remedy, @Nullable DataSource dataSource, Predicate<String> drops) {

}
