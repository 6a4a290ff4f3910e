package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import org.jspecify.annotations.Nullable;

/**
 * The connection is cut at every fifth COMMIT: before the server gets it, after, or in
 * the middle of the answer.
 */
final class CommitCut extends LoadFault {

	private static final int CUT_ONE_OF = 5;

	private static final long SEED = 42;

	private final boolean resolving;

	private @Nullable PgProxy proxy;

	/**
	 * Creates the fault.
	 * @param resolving whether pgkeel is told to ask the server what became of it
	 */
	CommitCut(boolean resolving) {
		super(resolving ? "commit-cut-resolved" : "commit-cut",
				"COMMIT cut for 3 s" + (resolving ? ", with `pgkeel.transaction.resolve-commit`" : ""));
		this.resolving = resolving;
	}

	@Override
	void arrange(Scene scene) {
		this.proxy = PgProxy.to(scene.place().database().jdbcUrl());
	}

	private PgProxy proxy() {
		return Objects.requireNonNull(this.proxy);
	}

	@Override
	String url(Scene scene) {
		return proxy().jdbcUrl(scene.place().database().name());
	}

	@Override
	List<String> properties(Scene scene) {
		return List.of("pgkeel.transaction.resolve-commit=" + this.resolving);
	}

	@Override
	void breakIt(Scene scene) {
		Random random = new Random(SEED);
		proxy().cutCommits(() -> (random.nextInt(CUT_ONE_OF) > 0) ? Cut.NONE
				: Cut.values()[1 + random.nextInt(Cut.values().length - 1)]);
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(3);
	}

	@Override
	void mend(Scene scene) {
		proxy().cutCommits(() -> Cut.NONE);
	}

	@Override
	void cleanUp(Scene scene) {
		proxy().close();
	}

}
