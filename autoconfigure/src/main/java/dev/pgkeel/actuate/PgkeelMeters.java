package dev.pgkeel.actuate;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.PollListener;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionGroup;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * Meters of what the monitor saw last, so that no scrape asks the server. What is not
 * known is {@code NaN}.
 * <ul>
 * <li>{@code pgkeel.server.connections}: sessions by {@code state}</li>
 * <li>{@code pgkeel.server.connections.application}: sessions by {@code application}, of
 * the 20 with the most, and {@code other}</li>
 * <li>{@code pgkeel.server.connections.limit}: limits by {@code kind}, which is
 * {@code max}, {@code usable}, {@code role} or {@code database}</li>
 * <li>{@code pgkeel.server.utilization}: part of the binding limit that is in use, 0 to
 * 1</li>
 * <li>{@code pgkeel.server.idle.in.transaction.age.max}: in seconds</li>
 * <li>{@code pgkeel.server.blocked}: sessions that wait for a lock</li>
 * <li>{@code pgkeel.server.refused}: refused connections by {@code reason}</li>
 * <li>{@code pgkeel.alert.level}: 0 to 3 by {@code subject}</li>
 * <li>{@code pgkeel.monitor.data.age}: in seconds</li>
 * </ul>
 *
 * @since 0.1.0
 */
public final class PgkeelMeters implements MeterBinder, AopInfrastructureBean {

	private static final String PREFIX = "pgkeel.";

	private static final List<String> STATES = List.of("active", "idle", "idle in transaction",
			"idle in transaction (aborted)", "fastpath function call", "disabled", "starting", SessionGroup.UNKNOWN);

	private final ServerMonitor monitor;

	private final Refusals refusals;

	private final @Nullable ConnectionAlerts alerts;

	/**
	 * Creates meters.
	 * @param monitor the monitor
	 * @param refusals counts refusals
	 * @param alerts the alerts, {@code null} if they are switched off
	 */
	public PgkeelMeters(ServerMonitor monitor, Refusals refusals, @Nullable ConnectionAlerts alerts) {
		this.monitor = monitor;
		this.refusals = refusals;
		this.alerts = alerts;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (String state : STATES) {
			gauge(registry, "server.connections", Tags.of("state", state), "Sessions on the server",
					(snapshot) -> snapshot.byState().getOrDefault(state, 0));
		}
		limit(registry, "max", (snapshot) -> snapshot.limits().maxConnections());
		limit(registry, "usable", (snapshot) -> snapshot.limits().usable());
		limit(registry, "role", (snapshot) -> orNaN(snapshot.limits().role()));
		limit(registry, "database", (snapshot) -> orNaN(snapshot.limits().database()));
		gauge(registry, "server.utilization", Tags.empty(), "Part of the binding limit in use",
				(snapshot) -> snapshot.binding().percent() / 100);
		gauge(registry, "server.blocked", Tags.empty(), "Sessions that wait for a lock", ServerSnapshot::blocked);
		TimeGauge
			.builder(PREFIX + "server.idle.in.transaction.age.max", this.monitor, TimeUnit.SECONDS,
					(source) -> value(source, (snapshot) -> snapshot.longestIdleInTransaction().toMillis() / 1000.0))
			.description("Longest time that a session has been idle in a transaction")
			.register(registry);
		TimeGauge.builder(PREFIX + "monitor.data.age", this.monitor, TimeUnit.SECONDS, PgkeelMeters::age)
			.description("Age of what the monitor saw last")
			.register(registry);
		for (RefusalReason reason : RefusalReason.values()) {
			FunctionCounter.builder(PREFIX + "server.refused", this.refusals, (counts) -> counts.count(reason))
				.tags("reason", reason.toString())
				.description("Connections that the server refused for want of room")
				.register(registry);
		}
		bindAlerts(registry);
		this.monitor.addListener(new Applications(registry));
	}

	private void bindAlerts(MeterRegistry registry) {
		ConnectionAlerts source = this.alerts;
		if (source != null) {
			for (AlertSubject subject : AlertSubject.values()) {
				// Where nobody asks, nobody resolves an alert either
				Gauge
					.builder(PREFIX + "alert.level", source,
							(alerts) -> this.monitor.isAsked() ? alerts.level(subject).ordinal() : Double.NaN)
					.tags("subject", subject.toString())
					.description("0 for none, 1 for alert, 2 for page, 3 for panic")
					.register(registry);
			}
		}
	}

	private void limit(MeterRegistry registry, String kind, ToDoubleFunction<ServerSnapshot> limit) {
		gauge(registry, "server.connections.limit", Tags.of("kind", kind), "Limits on sessions", limit);
	}

	private void gauge(MeterRegistry registry, String name, Tags tags, String description,
			ToDoubleFunction<ServerSnapshot> figure) {
		Gauge.builder(PREFIX + name, this.monitor, (source) -> value(source, figure))
			.tags(tags)
			.description(description)
			.register(registry);
	}

	private static double value(ServerMonitor monitor, ToDoubleFunction<ServerSnapshot> figure) {
		ServerSnapshot snapshot = monitor.current();
		return (snapshot != null) ? figure.applyAsDouble(snapshot) : Double.NaN;
	}

	/**
	 * A monitor that nobody wants to ask by itself, or nobody asked lately, is not blind,
	 * nor is one that could not ask yet.
	 */
	private static double age(ServerMonitor monitor) {
		boolean asks = (monitor.isRunning() && monitor.state().askedAt() != null) || monitor.current() != null;
		return asks ? monitor.dataAge().toMillis() / 1000.0 : Double.NaN;
	}

	private static double orNaN(@Nullable Integer limit) {
		return (limit != null) ? limit : Double.NaN;
	}

	/**
	 * The meter whose tags change.
	 */
	private final class Applications implements PollListener {

		private static final int MOST = 20;

		private final MultiGauge gauge;

		Applications(MeterRegistry registry) {
			this.gauge = MultiGauge.builder(PREFIX + "server.connections.application")
				.description("Sessions on the server by application")
				.register(registry);
		}

		@Override
		public boolean polled(MonitorState state) {
			ServerSnapshot snapshot = PgkeelMeters.this.monitor.current();
			Map<String, Integer> numbers = (snapshot != null) ? largest(snapshot.byApplication()) : Map.of();
			this.gauge.register(
					numbers.entrySet().stream().map((entry) -> row(entry.getKey(), entry.getValue())).toList(), true);
			return false;
		}

		/**
		 * Where nobody asks again, the number grows old as all others do.
		 */
		private MultiGauge.Row<ServerMonitor> row(String application, int sessions) {
			return MultiGauge.Row.of(Tags.of("application", application), PgkeelMeters.this.monitor,
					(source) -> value(source, (snapshot) -> sessions));
		}

		private static Map<String, Integer> largest(Map<String, Integer> all) {
			Map<String, Integer> numbers = new TreeMap<>();
			List<Map.Entry<String, Integer>> entries = all.entrySet()
				.stream()
				.sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
				.toList();
			for (int i = 0; i < entries.size(); i++) {
				Map.Entry<String, Integer> entry = entries.get(i);
				numbers.merge((i < MOST) ? entry.getKey() : "other", entry.getValue(), Integer::sum);
			}
			return numbers;
		}

	}

}
