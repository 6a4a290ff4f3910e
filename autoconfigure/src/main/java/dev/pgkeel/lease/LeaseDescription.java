package dev.pgkeel.lease;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Who holds a connection.
 *
 * @param pid the process that serves its session, as the driver was told, which behind a
 * pooler is not real; 0 if it is not known
 * @param holder the name of the thread that borrowed it
 * @param holderId the thread's id
 * @param heldFor for how long it has been out
 * @param callSite the user's line that borrowed it, {@code null} if it was not recorded
 * @param session what its session did when the server was asked last, such as
 * {@code idle in transaction for 12 s}, or {@code unknown}
 * @param leak {@code proven}, {@code suspected} or {@code null}
 * @since 0.1.0
 */
public record LeaseDescription(int pid, String holder, long holderId, Duration heldFor, @Nullable String callSite,
		String session, @Nullable String leak) {

	@Override
	public String toString() {
		return Times.text(this.heldFor) + " by " + this.holder + ((this.callSite != null) ? " at " + this.callSite : "")
				+ ", session " + this.session + ((this.leak != null) ? ", leak " + this.leak : "");
	}

}
