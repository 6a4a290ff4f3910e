package dev.pgkeel.transaction;

/**
 * What became of the transactions that ran when the application began to wait for them,
 * and of those that they began inside them. Others that begin later are not counted.
 *
 * @param finished how many finished by themselves
 * @param cancelled how many were cancelled and have rolled back
 * @param left how many were cancelled and have not noticed, or are open in the thread
 * that shuts down: the end of their sessions rolls them back
 * @since 0.1.0
 */
public record DrainedTransactions(int finished, int cancelled, int left) {

}
