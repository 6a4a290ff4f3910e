package dev.pgkeel.lease;

import java.time.Duration;

import dev.pgkeel.PgkeelMode;

/**
 * How leaks are looked for.
 *
 * @param mode whether leaked connections are reclaimed and deadlocked borrows refused, or
 * only reported
 * @param suspectAfter how old a lease is before it may be suspected
 * @param collectWhenStarved whether a garbage collection is asked for when borrowers
 * starve
 * @param capture when leases record the line of code that borrowed
 * @param background whether there is a thread for it. Without one, leaks are looked for
 * only when somebody borrows, and while a borrower waits
 * @since 0.1.0
 */
public record LeakSettings(PgkeelMode mode, Duration suspectAfter, boolean collectWhenStarved, LeakCapture capture,
		boolean background) {

}
