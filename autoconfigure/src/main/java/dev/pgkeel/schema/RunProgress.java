package dev.pgkeel.schema;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Where a run is. Written by the run, read by those who watch it.
 */
final class RunProgress {

	private volatile Place place = new Place(null, null, System.nanoTime());

	private volatile int total;

	private final AtomicInteger done = new AtomicInteger();

	private volatile boolean lastAttempt;

	void begin(int statements) {
		this.total = statements;
		this.done.set(0);
	}

	void at(SchemaScript script, SqlStatement statement) {
		this.place = new Place(script, statement, System.nanoTime());
	}

	void ran(int statements) {
		this.done.addAndGet(statements);
	}

	void lastAttempt() {
		this.lastAttempt = true;
	}

	/**
	 * Returns whether the run will not be tried again, and so has to name the statement
	 * that fails.
	 */
	boolean isLastAttempt() {
		return this.lastAttempt;
	}

	int total() {
		return this.total;
	}

	int done() {
		return this.done.get();
	}

	Place place() {
		return this.place;
	}

	/**
	 * A statement that runs, or the first of a chunk that does.
	 *
	 * @param script the script
	 * @param statement the statement
	 * @param since when it was sent, by {@link System#nanoTime()}
	 */
	record Place(@Nullable SchemaScript script, @Nullable SqlStatement statement, long since) {

	}

}
