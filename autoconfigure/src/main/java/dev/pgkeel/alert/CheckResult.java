package dev.pgkeel.alert;

import java.util.Locale;

import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.ServerSnapshot;

/**
 * What a single look at the server comes to, in one line.
 *
 * @param verdict whether something is the matter
 * @param text what was seen
 * @since 0.1.0
 */
public record CheckResult(Verdict verdict, String text) {

	/**
	 * Judges what was seen: connections, transactions that are idle, waits for locks.
	 * @param snapshot what was seen
	 * @param policy when there is an alert
	 * @return the result
	 */
	public static CheckResult of(ServerSnapshot snapshot, AlertPolicy policy) {
		AlertLevel level = policy.levelOf(snapshot.binding().percent());
		AlertLevel idle = AlertPolicy.levelOf(snapshot.longestIdleInTransaction(), AlertPolicy.IDLE_ALERT,
				AlertPolicy.IDLE_PAGE);
		String text = snapshot.binding() + ", longest idle in transaction "
				+ snapshot.longestIdleInTransaction().toSeconds() + " s";
		BlockedSession most = snapshot.mostBlocked();
		AlertLevel blocked = AlertLevel.NONE;
		if (most != null) {
			blocked = AlertPolicy.levelOf(most.waiting(), AlertPolicy.BLOCKED_ALERT, AlertPolicy.BLOCKED_PAGE);
			text += ", " + snapshot.blocked() + " blocked, the longest for " + most.waiting().toSeconds() + " s";
		}
		boolean fine = level == AlertLevel.NONE && idle == AlertLevel.NONE && blocked == AlertLevel.NONE;
		return new CheckResult(fine ? Verdict.OK : Verdict.ALERT, text);
	}

	/**
	 * Judges a refusal.
	 * @param reason why the server has no room
	 * @return the result
	 */
	public static CheckResult of(RefusalReason reason) {
		return new CheckResult(Verdict.ALERT,
				"the server refused the connection, since " + reason.description() + ". " + reason.action());
	}

	/**
	 * Says that nothing could be seen.
	 * @param reason why
	 * @return the result
	 */
	public static CheckResult unknown(String reason) {
		return new CheckResult(Verdict.UNKNOWN, reason.lines().findFirst().orElse("no reason given"));
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%s: %s", this.verdict, this.text);
	}

	/**
	 * Whether something is the matter. The ordinal is the exit code.
	 */
	public enum Verdict {

		/**
		 * All is below the threshold of an alert.
		 */
		OK,

		/**
		 * Something is at the threshold of an alert, or above.
		 */
		ALERT,

		/**
		 * Nobody can tell.
		 */
		UNKNOWN;

		/**
		 * Returns what the process exits with.
		 * @return 0, 1 or 2
		 */
		public int exitCode() {
			return ordinal();
		}

	}

}
