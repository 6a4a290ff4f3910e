package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * As many long transactions as the pool has connections. All of them are all right.
 */
final class FullPool extends LoadFault {

	private static final int POOL_SIZE = 10;

	private static final long FIRST_ROW = 2_000_000_000;

	private final List<Bystander> holders = new ArrayList<>();

	FullPool() {
		super("full-pool", "Pool full for 6 s, by healthy transactions");
	}

	@Override
	void breakIt(Scene scene) throws Exception {
		// The one that is there is one of them
		for (int i = 1; i < POOL_SIZE; i++) {
			this.holders.add(Bystander.begin(scene.ledger(), scene.load(), FIRST_ROW + i));
		}
		for (Bystander holder : this.holders) {
			holder.pid();
		}
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(6);
	}

	@Override
	void mend(Scene scene) throws Exception {
		for (Bystander holder : this.holders) {
			scene.wronglyEnded(holder.commit() ? 0 : 1);
		}
		this.holders.clear();
	}

}
