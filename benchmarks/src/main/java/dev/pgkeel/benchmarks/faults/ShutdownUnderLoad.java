package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The application is shut down while transactions are open that need another second.
 */
final class ShutdownUnderLoad extends ServerFault {

	private static final int OPEN = 5;

	private static final long FIRST_ROW = 4_000_000_000L;

	ShutdownUnderLoad() {
		super("shutdown", "Shutdown with 5 open transactions");
	}

	@Override
	boolean canRecover() {
		return false;
	}

	@Override
	Outcome run(Side side) throws Exception {
		try (Scene scene = new Scene(side, place())) {
			scene.start(scene.place().database().jdbcUrl(), List.of());
			scene.call(4, scene.ledger()::write, false);
			scene.warmUp(4);
			List<Bystander> open = new ArrayList<>();
			for (int i = 0; i < OPEN; i++) {
				open.add(Bystander.begin(scene.ledger(), scene.load(), FIRST_ROW + i));
			}
			for (Bystander each : open) {
				each.pid();
			}
			// As a web server does first
			scene.load().stop();
			scene.load().join(Duration.ofSeconds(5));
			scene.begin();
			Thread closing = new Thread(scene.context()::close, "closing");
			closing.start();
			TimeUnit.SECONDS.sleep(1);
			for (Bystander each : open) {
				scene.wronglyEnded(each.commit() ? 0 : 1);
			}
			closing.join();
			return scene.end(0, scene.begun());
		}
	}

}
