package dev.pgkeel.actuate.console;

/**
 * How many transactions end, and how long they take.
 *
 * @param ended how many have ended since the start
 * @param p95Ms how long 95 % of the recent ones took at most, in milliseconds, or
 * {@code NaN} if that is not known
 * @since 0.1.0
 */
public record TransactionFigures(long ended, double p95Ms) {

}
