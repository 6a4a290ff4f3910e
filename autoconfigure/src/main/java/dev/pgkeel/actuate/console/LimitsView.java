package dev.pgkeel.actuate.console;

import java.util.List;

import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.ServerSnapshot;

/**
 * The limits on sessions.
 *
 * @param maxConnections the server's {@code max_connections}
 * @param reserved how many of them only privileged roles may use
 * @param marks the percentages from which it is an alert, a page and a panic
 * @param usages how much of each limit is in use, the server's first
 * @since 0.1.0
 */
public record LimitsView(int maxConnections, int reserved, List<Integer> marks, List<UsageView> usages) {

	static LimitsView of(ServerSnapshot snapshot, AlertPolicy policy) {
		return new LimitsView(snapshot.limits().maxConnections(), snapshot.limits().reserved(),
				List.of(policy.alert(), policy.page(), policy.panic()),
				snapshot.usages().stream().map(UsageView::of).toList());
	}

	/**
	 * How much of one limit is in use.
	 *
	 * @param kind server, role or database
	 * @param used how many sessions count against it
	 * @param limit the limit
	 * @param upperBound whether that may be too many
	 */
	public record UsageView(String kind, int used, int limit, boolean upperBound) {

		static UsageView of(LimitUsage usage) {
			return new UsageView(usage.kind().toString(), usage.used(), usage.limit(), usage.upperBound());
		}

	}

}
