package dev.pgkeel.schema;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What became of the schema scripts at start.
 *
 * @param outcome the outcome of the run
 * @param scripts the scripts, in the order in which they ran
 * @param duration how long the run took, waiting for another instance included
 * @since 0.1.0
 */
public record SchemaReport(Outcome outcome, List<AppliedScript> scripts, Duration duration) {

	static SchemaReport of(Outcome outcome) {
		return new SchemaReport(outcome, List.of(), Duration.ZERO);
	}

	/**
	 * What a run came to.
	 */
	public enum Outcome {

		/**
		 * The run has not ended yet.
		 */
		PENDING,

		/**
		 * There is no script, or no PostgreSQL.
		 */
		NOTHING_TO_DO,

		/**
		 * There are scripts, but this instance is not the one to apply them.
		 */
		NOT_APPLIED,

		/**
		 * All scripts were applied.
		 */
		APPLIED;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT).replace('_', ' ');
		}

	}

	/**
	 * One script of the run.
	 *
	 * @param name the file's name
	 * @param checksum the SHA-256 of its text
	 * @param outcome what became of it
	 * @param statements how many statements it has
	 * @param duration how long its statements took
	 */
	public record AppliedScript(String name, String checksum, Outcome outcome, int statements, Duration duration) {

	}

}
