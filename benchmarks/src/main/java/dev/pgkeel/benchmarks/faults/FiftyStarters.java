package dev.pgkeel.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.testsupport.OwnServer;

/**
 * Fifty instances start at once on an empty database, with one idempotent script. They
 * share this process, and their pools are small, for want of room.
 */
final class FiftyStarters extends ScriptFault {

	private static final int INSTANCES = 50;

	private static final String SCRIPT = """
			create extension if not exists hstore;
			create table if not exists plans (name text primary key, price integer);
			create index if not exists plans_price on plans (price);
			create table if not exists customers (id integer, plan text references plans (name));
			""";

	FiftyStarters() {
		super("fifty-starters", "50 starters at once");
	}

	@Override
	OwnServer choose(Servers servers) {
		return servers.large();
	}

	@Override
	Outcome run(Side side) throws Exception {
		Place place = place();
		write(SCRIPT);
		LogLines.installed().forget();
		Load starts = new Load((number) -> {
		});
		List<Scene> scenes = new ArrayList<>();
		List<Thread> threads = new ArrayList<>();
		for (int i = 1; i <= INSTANCES; i++) {
			int number = i;
			Scene scene = new Scene(side, place);
			scenes.add(scene);
			threads.add(new Thread(() -> start(scene, starts, number,
					properties(side, "spring.datasource.hikari.maximum-pool-size=1"))));
		}
		long since = System.nanoTime();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		String log = LogLines.installed().first();
		scenes.forEach(Scene::close);
		return outcome(place, starts, Failures.text(starts.calls()), log, since, 0);
	}

}
