package dev.pgkeel.actuate;

import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What the role that asks may see. What is not known is {@code null}.
 *
 * @param seesAllSessions whether it may see what other roles' sessions do
 * @param hiddenSessions how many sessions it sees only in part
 * @param totals {@code exact} or {@code upper bound}
 * @since 0.1.0
 */
public record VisibilityDescriptor(@Nullable Boolean seesAllSessions, @Nullable Integer hiddenSessions,
		@Nullable String totals) {

	static VisibilityDescriptor of(@Nullable ServerFacts facts, @Nullable ServerSnapshot snapshot) {
		if (snapshot == null) {
			return new VisibilityDescriptor((facts != null) ? facts.seesAllSessions() : null, null, null);
		}
		return new VisibilityDescriptor(snapshot.seesAllSessions(), snapshot.hidden(),
				(snapshot.hidden() > 0) ? "upper bound" : "exact");
	}

}
