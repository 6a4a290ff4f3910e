package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.transaction.CommitOutcomeUnknownException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One run of one side: the application, its callers, and what they saw.
 */
final class Scene implements AutoCloseable {

	/**
	 * Both sides wait for a connection for as long: what pgkeel sets by itself. HikariCP
	 * alone would wait for 30 s.
	 */
	static final String PATIENCE = "spring.datasource.hikari.connection-timeout=5000";

	/**
	 * Lets callers see why there is no connection, before there is one again.
	 */
	static final String SHORT_PATIENCE = "spring.datasource.hikari.connection-timeout=1000";

	private static final long BYSTANDERS_ROW = 1_000_000_000;

	private static final long WARM_UP_CALLS = 20;

	private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(30);

	private static final Duration GRACE = Duration.ofSeconds(1);

	private static final Duration LAST_CALLS = Duration.ofSeconds(7);

	private final Side side;

	private final Place place;

	private final LogLines log = LogLines.installed();

	private @Nullable ConfigurableApplicationContext context;

	private @Nullable Load load;

	private @Nullable Bystander bystander;

	private long begun = System.nanoTime();

	private @Nullable Long wronglyEnded;

	private boolean recovered;

	private String interrupted = "";

	Scene(Side side, Place place) {
		this.side = side;
		this.place = place;
	}

	Side side() {
		return this.side;
	}

	Place place() {
		return this.place;
	}

	/**
	 * Starts the application.
	 */
	ConfigurableApplicationContext start(String url, List<String> properties) {
		List<String> all = properties(this.side, this.place, url, properties);
		ConfigurableApplicationContext started = new SpringApplicationBuilder(FaultApplication.class)
			.web(WebApplicationType.NONE)
			.properties(all.toArray(String[]::new))
			.run();
		this.context = started;
		this.side.check(started);
		return started;
	}

	/**
	 * Returns what an application is started with.
	 */
	static List<String> properties(Side side, Place place, String url, List<String> more) {
		List<String> all = new ArrayList<>(List.of("spring.application.name=ledger", "spring.datasource.url=" + url,
				"spring.datasource.username=" + place.role(), "spring.datasource.password=" + place.password(),
				PATIENCE, "spring.main.banner-mode=off", side.property()));
		all.addAll(more);
		return all;
	}

	/**
	 * Lets callers come.
	 * @param service what they call with the number of a row
	 */
	void call(int callers, LongConsumer service, boolean virtual) throws InterruptedException {
		Load created = new Load(service);
		if (virtual) {
			created.onVirtualThreads();
		}
		this.load = created;
		created.add(callers);
	}

	void warmUp(int callers) throws InterruptedException {
		long end = System.nanoTime() + WARM_UP_LIMIT.toNanos();
		while (load().calls().stream().filter(Call::succeeded).count() < callers * WARM_UP_CALLS) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("No calls succeed before the fault: " + Failures.text(load().calls()));
			}
			TimeUnit.MILLISECONDS.sleep(20);
		}
	}

	/**
	 * Begins a long transaction that is all right.
	 */
	void addBystander() throws ExecutionException, InterruptedException {
		this.bystander = Bystander.begin(ledger(), load(), BYSTANDERS_ROW);
		this.bystander.pid();
	}

	/**
	 * Begins the fault.
	 */
	void begin() {
		this.log.forget();
		this.begun = System.nanoTime();
	}

	long begun() {
		return this.begun;
	}

	LogLines log() {
		return this.log;
	}

	Ledger ledger() {
		return context().getBean(Ledger.class);
	}

	HikariDataSource pool() {
		return context().getBean(HikariDataSource.class);
	}

	ConfigurableApplicationContext context() {
		return Objects.requireNonNull(this.context, "The application has not been started");
	}

	Load load() {
		return Objects.requireNonNull(this.load, "There are no callers");
	}

	/**
	 * Returns what selects the application's sessions that the fault may hit.
	 */
	String victims() throws ExecutionException, InterruptedException {
		String all = "application_name not like '%monitor/%'";
		return (this.bystander != null) ? all + " and pid <> " + this.bystander.pid() : all;
	}

	/**
	 * Counts transactions that were ended though they were all right.
	 */
	void wronglyEnded(long number) {
		this.wronglyEnded = number + ((this.wronglyEnded != null) ? this.wronglyEnded : 0);
	}

	/**
	 * Waits until all callers succeed again, and still do a moment later, or until the
	 * limit.
	 */
	void awaitRecovery(int callers, long since, Duration limit) throws InterruptedException {
		long end = System.nanoTime() + limit.toNanos();
		while (!this.recovered && System.nanoTime() < end) {
			TimeUnit.MILLISECONDS.sleep(50);
			List<Call> calls = load().calls();
			Duration all = Recovery.of(calls, callers, since).all();
			this.recovered = (all != null
					&& Recovery.of(calls, callers, since + all.toNanos() + GRACE.toNanos()).all() != null);
		}
	}

	/**
	 * Ends the run, and looks at what is left.
	 * @param callers how many callers there are
	 * @param since when the fault was over
	 */
	Outcome end(int callers, long since) throws ExecutionException, InterruptedException {
		if (this.bystander != null) {
			wronglyEnded(this.bystander.commit() ? 0 : 1);
		}
		List<Call> seen = load().calls();
		Recovery recovery = Recovery.of(seen, callers, since);
		load().stop();
		if (!load().join(LAST_CALLS)) {
			this.interrupted = "calls that never end";
		}
		String said = this.log.first();
		context().close();
		List<Call> calls = load().calls();
		List<Call> affected = calls.stream().filter((call) -> call.end() > this.begun).toList();
		Set<Long> rows = rows();
		return new Outcome(sees(affected), said, affected.stream().filter((call) -> !call.succeeded()).count(),
				calls.stream()
					.filter((call) -> call.number() >= 0 && call.succeeded() && !rows.contains(call.number()))
					.count(),
				calls.stream()
					.filter((call) -> !call.succeeded() && rows.contains(call.number()) && !isOpen(call))
					.count(),
				this.wronglyEnded, this.place.leftBehind(), 0, recovery.first(), this.recovered ? recovery.all() : null,
				Duration.ofNanos(affected.stream()
					.filter((call) -> call.caller() != Bystander.CALLER)
					.mapToLong(Call::nanos)
					.max()
					.orElse(0)));
	}

	private String sees(List<Call> calls) {
		return this.interrupted.isEmpty() ? Failures.text(calls) : this.interrupted;
	}

	private static boolean isOpen(Call call) {
		for (Throwable ex = call.failure(); ex != null; ex = ex.getCause()) {
			if (ex instanceof CommitOutcomeUnknownException) {
				return true;
			}
		}
		return false;
	}

	private Set<Long> rows() {
		String rows = this.place.database()
			.query("select coalesce(string_agg(number::text, ','), '') from entries", String.class);
		return rows.isEmpty() ? Collections.emptySet()
				: List.of(rows.split(",")).stream().map(Long::valueOf).collect(Collectors.toSet());
	}

	/**
	 * Stops the application.
	 */
	void stop() {
		if (this.load != null) {
			this.load.stop();
		}
		if (this.context != null) {
			this.context.close();
		}
	}

	@Override
	public void close() {
		stop();
	}

}
