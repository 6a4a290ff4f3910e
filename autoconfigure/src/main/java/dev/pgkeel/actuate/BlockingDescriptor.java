package dev.pgkeel.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.lease.LeaseDescription;
import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.SeenSession;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A session that others wait for while it waits for nobody, and all who wait for it. Of
 * sessions that wait for each other it is one.
 *
 * @param pid its process, 0 for a prepared transaction
 * @param application its application, {@code null} if the monitor did not see it
 * @param state its state, {@code null} if the monitor did not see it
 * @param unchangedMs for how long it has been in that state, in milliseconds,
 * {@code null} if this role may not see that
 * @param holder the name of the thread that has it as a lease, {@code null} if it is none
 * of ours
 * @param callSite the line of code that borrowed it, {@code null} if it is none of ours
 * or the line was not recorded
 * @param waiting the sessions that wait for it, at first or at second hand, the longest
 * first
 * @since 0.1.0
 */
public record BlockingDescriptor(int pid, @Nullable String application, @Nullable String state,
		@Nullable Long unchangedMs, @Nullable String holder, @Nullable String callSite,
		List<WaitingDescriptor> waiting) {

	static List<BlockingDescriptor> of(ServerSnapshot snapshot, Map<Integer, LeaseDescription> leases) {
		Map<Integer, BlockedSession> waiting = new LinkedHashMap<>();
		snapshot.longestBlocked().forEach((session) -> waiting.put(session.pid(), session));
		List<BlockingDescriptor> chains = new ArrayList<>();
		Set<Integer> explained = new LinkedHashSet<>();
		for (BlockedSession session : waiting.values()) {
			for (int pid : session.blockedBy()) {
				if (!waiting.containsKey(pid) && explained.add(pid)) {
					chains.add(chain(pid, snapshot, waiting, leases, explained));
				}
			}
		}
		// Who is left waits for each other
		for (int pid : waiting.keySet()) {
			if (explained.add(pid)) {
				chains.add(chain(pid, snapshot, waiting, leases, explained));
			}
		}
		return chains;
	}

	private static BlockingDescriptor chain(int root, ServerSnapshot snapshot, Map<Integer, BlockedSession> waiting,
			Map<Integer, LeaseDescription> leases, Set<Integer> explained) {
		Set<Integer> chain = new LinkedHashSet<>(Set.of(root));
		List<BlockedSession> found = new ArrayList<>();
		for (boolean grown = true; grown;) {
			grown = false;
			for (BlockedSession session : waiting.values()) {
				if (session.blockedBy().stream().anyMatch(chain::contains) && chain.add(session.pid())) {
					found.add(session);
					grown = true;
				}
			}
		}
		explained.addAll(chain);
		SeenSession seen = snapshot.seen().get(root);
		LeaseDescription lease = leases.get(root);
		Duration unchanged = (seen != null) ? seen.unchangedFor() : null;
		return new BlockingDescriptor(root, (seen != null) ? seen.application() : null,
				(seen != null) ? seen.state() : null, (unchanged != null) ? unchanged.toMillis() : null,
				(lease != null) ? lease.holder() : null, (lease != null) ? lease.callSite() : null,
				waiting.values()
					.stream()
					.filter(found::contains)
					.map((session) -> WaitingDescriptor.of(session, leases.get(session.pid())))
					.toList());
	}

	/**
	 * A session that waits for a lock.
	 *
	 * @param pid its process
	 * @param application its application
	 * @param waitingMs how long it has waited, in milliseconds
	 * @param blockedBy the processes that it waits for
	 * @param holder the name of the thread that has it as a lease, {@code null} if it is
	 * none of ours
	 * @param callSite the line of code that borrowed it, {@code null} if it is none of
	 * ours or the line was not recorded
	 */
	public record WaitingDescriptor(int pid, String application, long waitingMs, List<Integer> blockedBy,
			@Nullable String holder, @Nullable String callSite) {

		static WaitingDescriptor of(BlockedSession session, @Nullable LeaseDescription lease) {
			return new WaitingDescriptor(session.pid(), session.application(), session.waiting().toMillis(),
					session.blockedBy(), (lease != null) ? lease.holder() : null,
					(lease != null) ? lease.callSite() : null);
		}

	}

}
