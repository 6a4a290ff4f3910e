package dev.pgkeel.actuate.console;

import java.util.List;

import dev.pgkeel.actuate.console.LeasesView.LeaseView;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that are idle in a transaction.
 *
 * @param longestMs how long the longest has been, in milliseconds
 * @param sessions the sessions, the longest first
 * @since 0.1.0
 */
public record IdleView(long longestMs, List<IdleSessionView> sessions) {

	static IdleView of(ServerSnapshot snapshot) {
		return new IdleView(snapshot.longestIdleInTransaction().toMillis(), List.of());
	}

	/**
	 * One session.
	 *
	 * @param pid its process
	 * @param application its application's name
	 * @param idleMs how long it has been idle in its transaction, in milliseconds
	 * @param sql the last statement without its values, {@code null} if it may not be
	 * shown or is not known
	 * @param lease the lease of this instance that uses it, if there is one
	 */
	public record IdleSessionView(int pid, String application, long idleMs, @Nullable String sql,
			@Nullable LeaseView lease) {

	}

}
