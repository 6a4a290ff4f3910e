package dev.pgkeel.schema;

import java.util.List;
import java.util.Locale;

/**
 * Why a script has to be applied.
 *
 * @param script the script
 * @param reason why
 * @param differences what is no longer as the last run left it behind, if that is why
 */
record ScriptNeed(SchemaScript script, Reason reason, List<String> differences) {

	private static final int SHOWN = 10;

	/**
	 * Whether the statements of the transaction have to run.
	 */
	boolean runs() {
		return this.reason != Reason.UNFINISHED && this.reason != Reason.NEW_VERSION;
	}

	@Override
	public String toString() {
		return this.script.name() + " (" + this.reason
				+ (this.differences.isEmpty() ? "" : ": " + shown(this.differences)) + ")";
	}

	static String shown(List<String> items) {
		String text = String.join(", ", items.subList(0, Math.min(SHOWN, items.size())));
		return (items.size() > SHOWN) ? text + ", and " + (items.size() - SHOWN) + " more" : text;
	}

	/**
	 * The reasons.
	 */
	enum Reason {

		/**
		 * It was never applied.
		 */
		NEW,

		/**
		 * Its text is another one.
		 */
		CHANGED,

		/**
		 * Statements outside of a transaction remain.
		 */
		UNFINISHED,

		/**
		 * Objects of it are no longer what it left behind.
		 */
		DRIFTED,

		/**
		 * The mode asks for it.
		 */
		ALWAYS,

		/**
		 * Only the definitions have to be remembered anew: the server was upgraded.
		 */
		NEW_VERSION;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT).replace('_', ' ');
		}

	}

}
