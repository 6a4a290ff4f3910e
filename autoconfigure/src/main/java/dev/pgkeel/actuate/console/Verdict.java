package dev.pgkeel.actuate.console;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlert;
import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * The matter in one sentence. Names stand between backticks.
 *
 * @param level {@code none}, {@code alert}, {@code page}, {@code panic} or
 * {@code unknown}
 * @param text what is the matter, without the level
 * @param also what else there is to know
 * @since 0.1.0
 */
public record Verdict(String level, String text, List<String> also) {

	private static final String UNKNOWN = "unknown";

	/**
	 * Judges.
	 * @param state what the monitor knows, {@code null} if nobody watches the server
	 * @param current the alerts in force
	 * @param policy when an alert is raised
	 * @param pools this instance's pools
	 * @param now the time
	 * @param showValues whether messages of the driver are shown, which name hosts, roles
	 * and databases
	 * @return the verdict
	 */
	static Verdict of(@Nullable MonitorState state, List<ConnectionAlert> current, AlertPolicy policy,
			List<PoolView> pools, Instant now, boolean showValues) {
		List<String> also = new ArrayList<>();
		pools.stream().filter((pool) -> pool.pending() > 0).map(Verdict::waiting).forEach(also::add);
		List<ConnectionAlert> others = current.stream()
			.filter((alert) -> alert.subject() != AlertSubject.CONNECTIONS)
			.sorted(Comparator.comparing(ConnectionAlert::level).reversed())
			.toList();
		AlertLevel raised = current.stream()
			.map(ConnectionAlert::level)
			.max(Comparator.naturalOrder())
			.orElse(AlertLevel.NONE);
		others.stream().map((alert) -> capitalized(alert.message())).forEach(also::add);
		ServerSnapshot snapshot = (state != null) ? state.current(now) : null;
		if (snapshot == null) {
			return blind(state, raised, also, showValues);
		}
		AlertLevel seen = policy.levelOf(snapshot.binding().percent());
		current.stream()
			.filter((alert) -> alert.subject() == AlertSubject.CONNECTIONS && alert.level().compareTo(seen) > 0)
			.map((alert) -> "The " + alert.level() + " about connections stays until there were fewer for a while")
			.forEach(also::add);
		AlertLevel level = (seen.compareTo(raised) > 0) ? seen : raised;
		return new Verdict(level.toString(), connections(snapshot), List.copyOf(also));
	}

	private static Verdict blind(@Nullable MonitorState state, AlertLevel raised, List<String> also,
			boolean showValues) {
		if (state == null) {
			return new Verdict((raised != AlertLevel.NONE) ? raised.toString() : UNKNOWN,
					"nobody watches the server from here", List.copyOf(also));
		}
		MonitorFailure failure = state.failure();
		if (failure != null && failure.cause() == MonitorFailure.Cause.SERVER_FULL) {
			return new Verdict(AlertLevel.PANIC.toString(), describe(failure, showValues), List.copyOf(also));
		}
		String text = (failure != null) ? describe(failure, showValues) : ((state.askedAt() != null)
				? "what was seen last is too old to be shown" : "the server was not asked yet");
		return new Verdict((raised != AlertLevel.NONE) ? raised.toString() : UNKNOWN, text, List.copyOf(also));
	}

	static String describe(MonitorFailure failure, boolean showValues) {
		return switch (failure.cause()) {
			case SERVER_FULL -> "the server refuses connections"
					+ ((failure.refusal() != null) ? ", since " + failure.refusal().description() : "");
			case SERVER_DOWN -> "the monitor gets no answer" + (showValues ? ": " + failure.message() : "");
			case LOGIN_REFUSED ->
				"the server does not let the monitor in" + (showValues ? ": " + failure.message() : "");
			case NO_SUCH_DATABASE -> "the database is not there" + (showValues ? ": " + failure.message() : "");
			case QUESTION_REFUSED ->
				"the server does not answer what the monitor asks" + (showValues ? ": " + failure.message() : "");
			case POOL_BUSY -> "the monitor has no connection: all of the pool are in use";
		};
	}

	private static String connections(ServerSnapshot snapshot) {
		LimitUsage usage = snapshot.binding();
		String what = switch (usage.kind()) {
			case SERVER -> "usable connections";
			case ROLE -> "connections of this role";
			case DATABASE -> "connections of this database";
		};
		String text = (usage.upperBound() ? "at most " : "") + usage.used() + " of " + usage.limit() + " " + what;
		return snapshot.byApplication()
			.entrySet()
			.stream()
			.max(Map.Entry.comparingByValue())
			.map((most) -> text + "; `" + name(most.getKey()) + "` holds " + most.getValue())
			.orElse(text);
	}

	private static String waiting(PoolView pool) {
		return "%d %s for a connection of `%s`: %d of its %d are in use".formatted(pool.pending(),
				(pool.pending() == 1) ? "thread waits" : "threads wait", name(pool.name()), pool.active(), pool.max());
	}

	private static String name(String name) {
		return name.isBlank() ? "(no name)" : name.replace('`', '\'');
	}

	private static String capitalized(String text) {
		return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
	}

}
