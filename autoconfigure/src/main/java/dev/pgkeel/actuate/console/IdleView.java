package dev.pgkeel.actuate.console;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

import dev.pgkeel.actuate.console.LeasesView.LeaseView;
import dev.pgkeel.server.SeenSession;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that are idle in a transaction, as far as this role may see it.
 *
 * @param longestMs how long the longest has been, in milliseconds
 * @param sessions the sessions, the longest first
 * @since 0.1.0
 */
public record IdleView(long longestMs, List<IdleSessionView> sessions) {

	private static final int MOST = 20;

	static IdleView of(ServerSnapshot snapshot, SeenLeases leases, boolean showSql) {
		return new IdleView(snapshot.longestIdleInTransaction().toMillis(),
				snapshot.seen()
					.values()
					.stream()
					.filter((session) -> session.state().startsWith("idle in transaction"))
					.map((session) -> IdleSessionView.of(session, leases, showSql))
					.sorted(Comparator.comparingLong(IdleSessionView::idleMs).reversed())
					.limit(MOST)
					.toList());
	}

	/**
	 * One session.
	 *
	 * @param pid its process
	 * @param application its application's name
	 * @param idleMs how long it has been idle in its transaction, in milliseconds
	 * @param transactionMs for how long its transaction has been open, in milliseconds
	 * @param sql the last statement without its values, {@code null} if it may not be
	 * shown or is not known
	 * @param lease the lease of this instance that uses it, if there is one
	 */
	public record IdleSessionView(int pid, String application, long idleMs, @Nullable Long transactionMs,
			@Nullable String sql, @Nullable LeaseView lease) {

		static IdleSessionView of(SeenSession session, SeenLeases leases, boolean showSql) {
			Duration idle = session.unchangedFor();
			Duration transaction = session.transactionFor();
			return new IdleSessionView(session.pid(), session.application(), (idle != null) ? idle.toMillis() : 0,
					(transaction != null) ? transaction.toMillis() : null, showSql ? session.statement() : null,
					leases.get(session.pid()));
		}

	}

}
