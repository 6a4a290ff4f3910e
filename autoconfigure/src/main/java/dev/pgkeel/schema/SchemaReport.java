package dev.pgkeel.schema;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of the schema scripts at start.
 *
 * @param outcome the outcome of the run
 * @param scripts the scripts, in the order in which they ran
 * @param changes what the run changed in the database
 * @param drift what was no longer as the last run had left it
 * @param duration how long the run took, waiting for another instance included
 * @since 0.1.0
 */
public record SchemaReport(Outcome outcome, List<AppliedScript> scripts, Changes changes, List<String> drift,
		Duration duration) {

	static SchemaReport of(Outcome outcome) {
		return new SchemaReport(outcome, List.of(), Changes.NONE, List.of(), Duration.ZERO);
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
		 * There are scripts, but this instance is not the one to apply them, or the
		 * server is older than PostgreSQL 14.
		 */
		NOT_APPLIED,

		/**
		 * Nothing had to be applied: scripts and database are as the last run left them.
		 */
		UNCHANGED,

		/**
		 * Scripts were applied.
		 */
		APPLIED,

		/**
		 * Scripts were applied and rolled back.
		 */
		DRY_RUN;

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

		static List<AppliedScript> unchanged(List<SchemaScript> scripts, Map<String, HistoryEntry> entries) {
			return scripts.stream().map((script) -> {
				HistoryEntry entry = entries.get(script.name());
				return new AppliedScript(script.name(), script.checksum(), Outcome.UNCHANGED,
						(entry != null) ? entry.statements() : 0, Duration.ZERO);
			}).toList();
		}

	}

	/**
	 * Objects of the database, each as its kind and name.
	 *
	 * @param created the objects that were not there before
	 * @param altered the objects with another definition
	 * @param dropped the objects that are no longer there
	 */
	public record Changes(List<String> created, List<String> altered, List<String> dropped) {

		static final Changes NONE = new Changes(List.of(), List.of(), List.of());

		@Override
		public String toString() {
			StringBuilder text = new StringBuilder();
			append(text, "created ", this.created);
			append(text, "altered ", this.altered);
			append(text, "dropped ", this.dropped);
			return text.toString();
		}

		private static void append(StringBuilder text, String what, List<String> objects) {
			if (!objects.isEmpty()) {
				text.append(text.isEmpty() ? "" : "; ").append(what).append(ScriptNeed.shown(objects));
			}
		}

	}

}
