package dev.pgkeel.benchmarks.faults;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * The clock of the application's machine jumps an hour ahead, and then two hours back.
 * The application is a process of its own whose clock libfaketime turns.
 */
public final class ClockJump extends LoadFault {

	private static final String LIBRARY = "libfaketimeMT.so.1";

	private final @Nullable Path clock;

	ClockJump() {
		this(null);
	}

	private ClockJump(@Nullable Path clock) {
		super("clock-jump", "Clock jumps 1 h ahead, 2 s later 2 h back");
		this.clock = clock;
	}

	/**
	 * Meets the fault in a process of its own.
	 * @param arguments the side, the database's name, URL and superuser, the role, the
	 * file that the clock reads, and where the outcome goes
	 * @throws Exception if it cannot
	 */
	public static void main(String[] arguments) throws Exception {
		LogLines.install(false);
		Place place = new Place(new TestDatabase(arguments[1], arguments[2], arguments[2], arguments[3], ""),
				arguments[4], "");
		Outcome outcome = new ClockJump(Path.of(arguments[5])).run(Side.valueOf(arguments[0]), place);
		try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(Path.of(arguments[6])))) {
			out.writeObject(outcome);
		}
		System.exit(0);
	}

	@Override
	@Nullable String obstacle() {
		return (library() != null) ? null : "needs libfaketime";
	}

	private static @Nullable Path library() {
		try (Stream<Path> libraries = Files.find(Path.of("/usr/lib"), 3,
				(path, attributes) -> path.endsWith("faketime/" + LIBRARY))) {
			return libraries.findFirst().orElse(null);
		}
		catch (IOException ex) {
			return null;
		}
	}

	@Override
	Outcome run(Side side) throws Exception {
		Place place = place();
		Path folder = Files.createTempDirectory("pgkeel-clock-");
		try {
			Path file = Files.writeString(folder.resolve("clock"), "+0");
			Path result = folder.resolve("outcome");
			Process process = Jvm.start(
					Map.of("LD_PRELOAD", String.valueOf(library()), "FAKETIME_TIMESTAMP_FILE", file.toString(),
							"FAKETIME_CACHE_DURATION", "1", "FAKETIME_FORCE_MONOTONIC_FIX", "0",
							"FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1"),
					ClockJump.class, List.of(side.name(), place.database().name(), place.database().directUrl(),
							place.database().username(), place.role(), file.toString(), result.toString()));
			if (process.waitFor() != 0) {
				throw new IllegalStateException("The process ended with " + process.exitValue());
			}
			try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(result))) {
				return (Outcome) in.readObject();
			}
		}
		finally {
			FileSystemUtils.deleteRecursively(folder);
		}
	}

	@Override
	void breakIt(Scene scene) throws IOException, InterruptedException {
		turn("+3600");
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(2);
	}

	@Override
	void mend(Scene scene) throws IOException, InterruptedException {
		turn("-3600");
	}

	/**
	 * The library looks at its file once per second.
	 */
	private void turn(String by) throws IOException, InterruptedException {
		long before = System.currentTimeMillis();
		Files.writeString(Objects.requireNonNull(this.clock), by);
		long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
		while (Math.abs(System.currentTimeMillis() - before) < Duration.ofMinutes(30).toMillis()) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("The clock did not jump");
			}
			TimeUnit.MILLISECONDS.sleep(10);
		}
	}

}
