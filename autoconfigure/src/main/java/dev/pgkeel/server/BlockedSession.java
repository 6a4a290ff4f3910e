package dev.pgkeel.server;

import java.time.Duration;
import java.util.List;

/**
 * A session that waits for a lock which others hold or wait for.
 *
 * @param pid the process that serves it
 * @param application the application's name
 * @param waiting how long it has waited
 * @param blockedBy the processes that it waits for
 * @since 0.1.0
 */
public record BlockedSession(int pid, String application, Duration waiting, List<Integer> blockedBy) {

}
