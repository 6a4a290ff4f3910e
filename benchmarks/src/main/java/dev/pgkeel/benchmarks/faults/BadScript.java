package dev.pgkeel.benchmarks.faults;

/**
 * A statement of a script is wrong. It is corrected, and the application started again.
 */
final class BadScript extends ScriptFault {

	private static final String GOOD = """
			create table if not exists plans (name text primary key);
			alter table plans add column if not exists price integer;
			create table if not exists customers (id integer, plan text references plans (name));
			create table if not exists invoices (id integer);
			""";

	private static final String BAD = GOOD.replace("references plans", "references plan");

	private static final String OBJECTS = """
			select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
			and relname <> 'entries'""";

	BadScript() {
		super("bad-script", "Bad script: its third statement is wrong");
	}

	@Override
	int rounds() {
		return 3;
	}

	@Override
	String harm() {
		return "tables of the failed script";
	}

	@Override
	Outcome run(Side side) throws Exception {
		Place place = place();
		Load starts = new Load((number) -> {
		});
		try (Scene scene = new Scene(side, place)) {
			write(BAD);
			scene.begin();
			start(scene, starts, 1, properties(side));
			String sees = scene.log().failedStart(Failures.text(starts.calls()));
			long harm = place.count(OBJECTS);
			write(GOOD);
			long since = System.nanoTime();
			start(scene, starts, 2, properties(side));
			scene.stop();
			return outcome(place, starts, sees, "", since, harm);
		}
	}

}
