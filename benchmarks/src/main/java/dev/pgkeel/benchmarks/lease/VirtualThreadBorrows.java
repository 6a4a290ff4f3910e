package dev.pgkeel.benchmarks.lease;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;

/**
 * What one borrow and return costs in virtual threads, without a database. The pools take
 * turns. JDK 21 or later.
 */
public final class VirtualThreadBorrows {

	private static final List<Contender> CONTENDERS = List.of(Contender.HIKARI, Contender.GUARDED,
			Contender.GUARDED_ARMED, Contender.HIKARI_DETECTION);

	private static final int POOL_SIZE = 16;

	private static final int ROUNDS = 15;

	private static final int BORROWS_PER_ROUND = 400_000;

	private VirtualThreadBorrows() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments none
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		MarkdownTable.head("threads", "pool", "ns of one processor per borrow", "lowest", "highest of " + ROUNDS);
		for (int threads : new int[] { 1, 8, 2000 }) {
			compare(threads);
		}
	}

	private static void compare(int threads) throws Exception {
		Map<Contender, Pool> pools = new EnumMap<>(Contender.class);
		Map<Contender, List<Double>> nanos = new EnumMap<>(Contender.class);
		for (Contender contender : CONTENDERS) {
			pools.put(contender, contender.open(new Target(StubDriver.class.getName(), StubDriver.URL, "nobody"),
					POOL_SIZE, Duration.ofSeconds(30)));
			nanos.put(contender, new ArrayList<>());
		}
		for (int round = -3; round < ROUNDS; round++) {
			for (Contender contender : CONTENDERS) {
				double measured = measure(Objects.requireNonNull(pools.get(contender)), threads);
				if (round >= 0) {
					Objects.requireNonNull(nanos.get(contender)).add(measured);
				}
			}
		}
		pools.values().forEach(Pool::close);
		nanos.forEach((contender, all) -> {
			List<Double> sorted = all.stream().sorted().toList();
			MarkdownTable.row(String.format(Locale.ROOT, "%,d", threads), contender.title(),
					Math.round(sorted.get(ROUNDS / 2)), Math.round(sorted.get(0)), Math.round(sorted.get(ROUNDS - 1)));
		});
	}

	private static double measure(Pool pool, int threads) throws Exception {
		int each = BORROWS_PER_ROUND / threads;
		long start = System.nanoTime();
		VirtualThreads.run(threads, () -> borrow(pool, each));
		int busy = Math.min(threads, Runtime.getRuntime().availableProcessors());
		return (System.nanoTime() - start) * (double) busy / ((long) each * threads);
	}

	private static int borrow(Pool pool, int times) throws SQLException {
		for (int time = 0; time < times; time++) {
			pool.borrowAndReturn();
		}
		return times;
	}

}
