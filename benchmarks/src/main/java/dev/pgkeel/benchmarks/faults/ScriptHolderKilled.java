package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The instance that applies a script is killed in the middle of a long statement, and
 * another one starts.
 */
final class ScriptHolderKilled extends ScriptFault {

	private static final String SCRIPT = """
			create table if not exists plans (name text primary key);
			select pg_sleep(seconds) from gate;
			create table if not exists invoices (id integer);
			""";

	private static final String IN_THE_MIDDLE = "query like 'select pg_sleep(seconds)%'";

	ScriptHolderKilled() {
		super("script-holder-killed", "Lock holder killed in mid-script, another instance starts");
	}

	@Override
	String harm() {
		return "sessions of the killed instance still at work";
	}

	@Override
	Outcome run(Side side) throws Exception {
		Place place = place();
		place.asRole("create table gate as select 30 as seconds");
		write(SCRIPT);
		Process holder = startHolder(side, place);
		Load starts = new Load((number) -> {
		});
		try (Scene scene = new Scene(side, place)) {
			if (place.awaitSessions(IN_THE_MIDDLE, 1, Duration.ofSeconds(30)) != 1) {
				throw new IllegalStateException("The script does not run");
			}
			place.asRole("update gate set seconds = 0");
			scene.begin();
			Thread other = new Thread(() -> start(scene, starts, 1, properties(side)), "other-instance");
			other.start();
			TimeUnit.SECONDS.sleep(1);
			holder.destroyForcibly().waitFor();
			long since = System.nanoTime();
			other.join();
			long harm = place
				.count("select count(*) from pg_stat_activity where datname = current_database() and " + IN_THE_MIDDLE);
			String log = scene.log().first();
			scene.stop();
			return outcome(place, starts, Failures.text(starts.calls()), log, since, harm);
		}
		finally {
			holder.destroyForcibly();
			place.terminate("true");
		}
	}

	private Process startHolder(Side side, Place place) throws Exception {
		List<String> arguments = new ArrayList<>();
		for (String property : Scene.properties(side, place, place.database().jdbcUrl(), properties(side))) {
			arguments.add("--" + property);
		}
		return Jvm.start(Map.of(), FaultApplication.class, arguments);
	}

}
