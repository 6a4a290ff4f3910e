package dev.pgkeel.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * A fault while a schema script is applied: by pgkeel, or by Spring Boot with
 * {@code spring.sql.init.mode=always}.
 */
abstract class ScriptFault extends ServerFault {

	private static final String SCRIPT = "1_plans.sql";

	private @Nullable Path folder;

	ScriptFault(String name, String title) {
		super(name, title);
	}

	@Override
	void setUp(Servers servers) throws Exception {
		super.setUp(servers);
		this.folder = Files.createTempDirectory("pgkeel-scripts-");
	}

	private Path folder() {
		return Objects.requireNonNull(this.folder);
	}

	final void write(String script) throws IOException {
		Files.writeString(folder().resolve(SCRIPT), script);
	}

	final List<String> properties(Side side, String... more) {
		List<String> properties = new ArrayList<>(List.of(more));
		if (side == Side.PGKEEL) {
			properties.add("pgkeel.schema.locations=file:" + folder() + "/*.sql");
		}
		else {
			properties.add("spring.sql.init.mode=always");
			properties.add("spring.sql.init.schema-locations=file:" + folder().resolve(SCRIPT));
		}
		return properties;
	}

	/**
	 * Starts an application once.
	 * @return whether it came up
	 */
	final boolean start(Scene scene, Load starts, int number, List<String> properties) {
		return starts.call(number, -number, () -> scene.start(scene.place().database().jdbcUrl(), properties));
	}

	/**
	 * Tells what became of starts.
	 * @param since when they should have begun to succeed
	 */
	final Outcome outcome(Place place, Load starts, String sees, String log, long since, long harm)
			throws InterruptedException {
		List<Call> calls = starts.calls();
		long failed = calls.stream().filter((call) -> !call.succeeded()).count();
		long[] ups = calls.stream().filter(Call::succeeded).mapToLong(Call::end).sorted().toArray();
		long longest = calls.stream().mapToLong(Call::nanos).max().orElse(0);
		return new Outcome(sees, log, failed, 0, 0, null, place.leftBehind(), harm,
				(ups.length > 0) ? after(since, ups[0]) : null,
				(ups.length > 0) ? after(since, ups[ups.length - 1]) : null, Duration.ofNanos(longest));
	}

	/**
	 * One that waits for nobody may be up before.
	 */
	private static Duration after(long since, long time) {
		return Duration.ofNanos(Math.max(0, time - since));
	}

	@Override
	void tearDown() {
		if (this.folder != null) {
			FileSystemUtils.deleteRecursively(this.folder.toFile());
		}
	}

}
