package dev.pgkeel.lease;

import java.time.Instant;

/**
 * A leak of the past.
 *
 * @param at when it was found
 * @param leak the leak
 * @since 0.1.0
 */
public record RecentLeak(Instant at, ConnectionLeakEvent leak) {

}
