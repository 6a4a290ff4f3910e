package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * How soon the service was back.
 *
 * @param first the first success after the fault, {@code null} if there was none
 * @param all when each caller had a success after which nothing failed or took long,
 * {@code null} if one did not
 */
record Recovery(@Nullable Duration first, @Nullable Duration all) {

	/**
	 * Finds the recovery in the calls of steady callers.
	 * @param calls their calls
	 * @param callers how many callers there are
	 * @param since when the fault was over, or when it happened if it took no time
	 */
	static Recovery of(Collection<Call> calls, int callers, long since) {
		Map<Integer, List<Call>> byCaller = calls.stream()
			.filter((call) -> call.end() > since && call.caller() > 0)
			.collect(Collectors.groupingBy(Call::caller));
		Duration first = null;
		Duration all = (byCaller.size() < callers) ? null : Duration.ZERO;
		for (List<Call> own : byCaller.values()) {
			first = earlier(first, firstSuccess(own, since, since));
			Duration back = firstSuccess(own, lastDisturbance(own, since) - 1, since);
			all = (all == null || back == null) ? null : later(all, back);
		}
		return new Recovery(first, all);
	}

	private static long lastDisturbance(List<Call> calls, long since) {
		return calls.stream().filter(Call::disturbed).mapToLong(Call::end).max().orElse(since);
	}

	private static @Nullable Duration firstSuccess(List<Call> calls, long after, long since) {
		return calls.stream()
			.filter((call) -> call.succeeded() && call.end() > after)
			.map((call) -> Duration.ofNanos(call.end() - since))
			.min(Duration::compareTo)
			.orElse(null);
	}

	private static @Nullable Duration earlier(@Nullable Duration one, @Nullable Duration other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static Duration later(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

}
