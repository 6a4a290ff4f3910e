package dev.pgkeel.actuate.console;

import java.time.Instant;

import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * The server, and how well it is seen.
 *
 * @param application this application
 * @param instance this instance
 * @param version the server's version
 * @param role primary or standby
 * @param database the database connected to, {@code null} if it may not be shown
 * @param user the role connected as, {@code null} if it may not be shown
 * @param pooler what stands in between: direct, session, transaction or unknown
 * @param seesAllSessions whether that role may see what other roles' sessions do
 * @param hiddenSessions how many sessions it sees only in part
 * @param dataAgeMs how old what the monitor saw is, in milliseconds, {@code null} if
 * nobody watches the server
 * @param failure why the monitor sees nothing
 * @param valuesShown whether statements and names of roles and databases are shown
 * @since 0.1.0
 */
public record ServerView(String application, String instance, @Nullable String version, @Nullable String role,
		@Nullable String database, @Nullable String user, @Nullable String pooler, @Nullable Boolean seesAllSessions,
		@Nullable Integer hiddenSessions, @Nullable Long dataAgeMs, @Nullable String failure, boolean valuesShown) {

	static ServerView of(ApplicationInstance instance, @Nullable KnownServer known, @Nullable MonitorState state,
			Instant now, boolean showValues) {
		ServerFacts facts = (known != null) ? known.facts() : null;
		ServerSnapshot snapshot = (state != null) ? state.current(now) : null;
		MonitorFailure failure = (state != null) ? state.failure() : null;
		Boolean seesAll = (snapshot != null) ? Boolean.valueOf(snapshot.seesAllSessions())
				: ((facts != null) ? facts.seesAllSessions() : null);
		return new ServerView(instance.application(), instance.id(), (facts != null) ? facts.version() : null,
				(facts != null) ? facts.role() : null, (facts != null && showValues) ? facts.database() : null,
				(facts != null && showValues) ? facts.user() : null, (known != null) ? known.pooler().toString() : null,
				seesAll, (snapshot != null) ? snapshot.hidden() : null,
				(state != null) ? state.age(now).toMillis() : null,
				(failure != null) ? Verdict.describe(failure, showValues) : null, showValues);
	}

}
