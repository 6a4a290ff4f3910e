package dev.pgkeel.server;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One session of the server, looked at because a lease of ours uses it, because it waits
 * for a lock or others wait for it, or because it is idle in a transaction.
 *
 * @param pid the process that serves it
 * @param application the application's name, without the part that tells its instances
 * apart
 * @param state the state as PostgreSQL names it, or {@code unknown} if this role may not
 * see it
 * @param unchangedFor for how long it has been in this state, {@code null} if this role
 * may not see it
 * @param transactionFor for how long its transaction has been open, {@code null} if it
 * has none or this role may not see it
 * @param statement the statement that it runs or ran last, without the values in it,
 * {@code null} if there is none or this role may not see it
 * @since 0.1.0
 */
public record SeenSession(int pid, String application, String state, @Nullable Duration unchangedFor,
		@Nullable Duration transactionFor, @Nullable String statement) {

}
