package dev.pgkeel.actuate.console;

import java.util.List;

import dev.pgkeel.actuate.console.ConsoleHistory.HistoryView;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All that the page shows, at one moment. What is not known is {@code null}.
 *
 * @param now the time, in milliseconds since 1970
 * @param verdict the matter in one sentence
 * @param server the server
 * @param limits how much of each limit is in use, {@code null} while the monitor is blind
 * @param who who holds the server's sessions, {@code null} while the monitor is blind
 * @param blocked who waits for whom, {@code null} while the monitor is blind
 * @param idle sessions idle in a transaction, {@code null} while the monitor is blind
 * @param pools this instance's pools
 * @param leases who holds their connections, {@code null} if leaks are not looked for
 * @param history the last 15 minutes
 * @param alerts the alerts, {@code null} if they are switched off
 * @param leaks the last leaks, the latest first, {@code null} if leaks are not looked for
 * @param schema the schema scripts, {@code null} if they are switched off
 * @since 0.1.0
 */
public record ConsoleView(long now, Verdict verdict, ServerView server, @Nullable LimitsView limits,
		@Nullable WhoView who, @Nullable BlockedView blocked, @Nullable IdleView idle, List<PoolView> pools,
		@Nullable LeasesView leases, HistoryView history, @Nullable AlertsView alerts, @Nullable List<LeakView> leaks,
		@Nullable SchemaView schema) implements OperationResponseBody {

}
