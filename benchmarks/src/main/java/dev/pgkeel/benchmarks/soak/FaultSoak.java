package dev.pgkeel.benchmarks.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.benchmarks.Wire;

/**
 * An application on a small heap that lives with faults from outside and with its own,
 * for long. Fails if heap after a collection, threads, descriptors or sessions are not
 * flat, if the pool is not full again at the end, or if a row is lost that the
 * application was told is written.
 */
public final class FaultSoak {

	private static final int LOOKS = 18;

	private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(6);

	private static final Duration BEFORE_A_LOOK = Duration.ofSeconds(3);

	private static final Duration WARM_UP = Duration.ofSeconds(20);

	private final SoakServer server;

	private final Wire wire;

	private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);

	private final List<Fault> next = new ArrayList<>();

	private final Figure heap = Figure.steady("heap after a collection, MB", 3_000);

	private final Figure threads = Figure.steady("threads", 2);

	private final Figure descriptors = Figure.steady("file descriptors", 5);

	private final Figure sessions = Figure.limited("sessions, at most those of the pool and the monitor", 11);

	private FaultSoak(SoakServer server, Wire wire) {
		this.server = server;
		this.wire = wire;
	}

	/**
	 * Runs the soak.
	 * @param arguments optionally {@code --minutes=N}, 30 if not given
	 * @throws Exception if it cannot run, or if the application did not hold
	 */
	public static void main(String[] arguments) throws Exception {
		long minutes = (arguments.length > 0) ? Long.parseLong(arguments[0].replaceFirst("--minutes=", "")) : 30;
		Path acknowledged = Files.createTempFile("pgkeel-soak", ".rows");
		try (SoakServer server = new SoakServer(); Wire wire = new Wire(server.port())) {
			FaultSoak soak = new FaultSoak(server, wire);
			SoakCounts counts = soak.run(acknowledged, Duration.ofMinutes(minutes));
			BitSet written = Acknowledged.read(acknowledged);
			int rows = written.cardinality();
			written.andNot(server.rows());
			soak.print(minutes, counts, rows, written.cardinality());
			if (!soak.figures().stream().allMatch(Figure::isFlat) || !counts.full() || counts.unexpected() > 0
					|| !written.isEmpty()) {
				System.err.println("The soak failed: " + counts);
				System.exit(1);
			}
		}
		finally {
			Files.delete(acknowledged);
		}
	}

	private SoakCounts run(Path acknowledged, Duration length) throws Exception {
		Process service = start(acknowledged);
		try (BufferedReader answers = service.inputReader()) {
			TimeUnit.SECONDS.sleep(WARM_UP.toSeconds());
			long start = System.nanoTime();
			for (int look = 1; look <= LOOKS; look++) {
				long due = start + length.toNanos() * look / LOOKS;
				letFaultsHappenUntil(due - BEFORE_A_LOOK.toNanos());
				sleepUntil(due);
				look(ask(service, answers, "measure"));
			}
			return SoakCounts.parse(ask(service, answers, "end"));
		}
		finally {
			if (!service.waitFor(1, TimeUnit.MINUTES)) {
				service.destroyForcibly();
			}
		}
	}

	private Process start(Path acknowledged) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-cp",
				System.getProperty("java.class.path"), SoakService.class.getName(),
				"--soak.acknowledged=" + acknowledged, "--spring.datasource.username=soak",
				"--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + this.wire.port()
						+ "/postgres?socketTimeout=10&connectTimeout=5",
				"--pgkeel.schema.enabled=false", "--pgkeel.transaction.timeout=5s", "--pgkeel.monitor.interval=5s",
				"--logging.level.root=error", "--spring.main.banner-mode=off")
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	private void letFaultsHappenUntil(long end) throws Exception {
		while (System.nanoTime() < end) {
			if (this.next.isEmpty()) {
				this.next.addAll(List.of(Fault.values()));
				Collections.shuffle(this.next);
			}
			Fault fault = this.next.remove(0);
			fault.strike(this.server, this.wire);
			this.struck.merge(fault, 1, Integer::sum);
			long pause = ThreadLocalRandom.current().nextLong(BETWEEN_FAULTS.toNanos());
			sleepUntil(Math.min(end, System.nanoTime() + pause));
		}
	}

	private static void sleepUntil(long nanoTime) throws InterruptedException {
		TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
	}

	private void look(String measured) throws Exception {
		System.err.println(measured);
		String[] values = measured.split(" ");
		this.heap.add(Long.parseLong(values[0]));
		this.threads.add(Long.parseLong(values[1]));
		this.descriptors.add(Long.parseLong(values[2]));
		this.sessions.add(this.server.sessions());
	}

	private static String ask(Process service, BufferedReader answers, String order) throws IOException {
		service.getOutputStream().write((order + "\n").getBytes());
		service.getOutputStream().flush();
		for (String line = answers.readLine(); line != null; line = answers.readLine()) {
			if (line.startsWith(SoakService.ANSWER)) {
				return line.substring(SoakService.ANSWER.length());
			}
		}
		throw new IOException("The application has ended");
	}

	private List<Figure> figures() {
		return List.of(this.heap, this.threads, this.descriptors, this.sessions);
	}

	private void print(long minutes, SoakCounts counts, int rows, int lost) {
		MarkdownTable.head("", "first third", "last third", "most", "flat");
		figures().forEach((figure) -> MarkdownTable.row(figure.cells()));
		System.out.println();
		MarkdownTable.head("in " + minutes + " minutes", "times");
		this.struck.forEach((fault, times) -> MarkdownTable.row(fault.title(), times));
		MarkdownTable.row("connections forgotten", counts.leaked());
		MarkdownTable.row("of those, reclaimed", counts.reclaimed());
		MarkdownTable.row("borrows inside a borrow", counts.nested());
		MarkdownTable.row("of those, refused", counts.refused());
		MarkdownTable.row("transactions that did nothing for longer than their limit", counts.idle());
		MarkdownTable.row("transactions of 3 s", counts.slow());
		MarkdownTable.row("all that was asked for and done", grouped(counts.done()));
		MarkdownTable.row("failed", grouped(counts.failed()));
		MarkdownTable.row("failed as no fault explains", counts.unexpected());
		MarkdownTable.row("rows that were acknowledged", grouped(rows));
		MarkdownTable.row("of those, lost", lost);
		MarkdownTable.row("the whole pool borrowed at the end", counts.full() ? "yes" : "no");
	}

	private static String grouped(long number) {
		return String.format(Locale.ROOT, "%,d", number);
	}

}
