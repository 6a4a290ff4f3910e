package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * Properties of the console.
 *
 * @param enabled Whether there is the console, if its endpoint is exposed. Unless set,
 * only in the runtime profile development.
 * @since 0.1.0
 */
public record ConsoleProperties(@Nullable Boolean enabled) {

}
