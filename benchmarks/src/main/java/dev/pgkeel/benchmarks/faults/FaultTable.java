package dev.pgkeel.benchmarks.faults;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.pgkeel.benchmarks.MarkdownTable;

/**
 * Lets the same application meet faults, with pgkeel and without, and prints a table:
 * what the callers saw, what was lost, and how soon they were served again. Ends with
 * exit code 1 if pgkeel lost an acknowledged row, ended a transaction that was all right,
 * or left a session behind.
 */
public final class FaultTable {

	private final Servers servers;

	private final int factor;

	private int turns;

	private FaultTable(Servers servers, int factor) {
		this.servers = servers;
		this.factor = factor;
	}

	/**
	 * Runs the faults.
	 * @param arguments the names of the faults, none for all; {@code --list} prints the
	 * names, {@code --rounds=N} provokes each N times as often, {@code --verbose} prints
	 * warnings to the standard error stream
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		List<String> words = Arrays.asList(arguments);
		if (words.contains("--list")) {
			all().forEach((fault) -> System.out.printf("%-22s %s%n", fault.name(), fault.title()));
			return;
		}
		nameTheInternet();
		LogLines.install(words.contains("--verbose"));
		boolean kept;
		try (Servers servers = new Servers()) {
			kept = new FaultTable(servers, number(words, "--rounds=")).run(chosen(words));
		}
		System.exit(kept ? 0 : 1);
	}

	private static int number(List<String> words, String option) {
		return words.stream()
			.filter((word) -> word.startsWith(option))
			.mapToInt((word) -> Integer.parseInt(word.substring(option.length())))
			.findFirst()
			.orElse(1);
	}

	private static List<Fault> chosen(List<String> words) {
		List<String> names = words.stream().filter((word) -> !word.startsWith("--")).toList();
		List<Fault> chosen = all().stream().filter((fault) -> names.isEmpty() || names.contains(fault.name())).toList();
		if (!names.isEmpty() && chosen.size() != names.size()) {
			throw new IllegalArgumentException("Some of " + names + " are no faults; see --list");
		}
		return chosen;
	}

	/**
	 * Lets the name of a host out on the internet lead to this machine.
	 */
	private static void nameTheInternet() throws Exception {
		Path hosts = Files.createTempFile("pgkeel-hosts-", "");
		hosts.toFile().deleteOnExit();
		Files.writeString(hosts, "127.0.0.1 localhost " + TlsStripped.HOST + "\n");
		System.setProperty("jdk.net.hosts.file", hosts.toString());
	}

	private static List<Fault> all() {
		return List.of(new BackendKilled(), new AllTerminated(), new ServerCrash(), new IdleConnectionsLost(),
				new BusyConnectionsLost(), new FullServerAtStart(), new FullServerUnderLoad(), new FullPool(),
				new LeakStorm(), new NestedStorm(), new IdleInTransaction(false), new IdleInTransaction(true),
				new ReadOnlyPrimary(), new CommitCut(false), new CommitCut(true), new ThreadsInterrupted(false),
				new ThreadsInterrupted(true), new ShutdownUnderLoad(), new DiskFull(), new BadScript(),
				new ScriptHolderKilled(), new FiftyStarters(), new BadCertificate(), new TlsStripped(),
				new PasswordRotated(), new ClockJump());
	}

	private boolean run(List<Fault> faults) throws Exception {
		// Nothing but the table goes to the standard output
		PrintStream out = System.out;
		System.setOut(System.err);
		// The first run would be slower than the others
		run(new AllTerminated());
		List<Row> rows = new ArrayList<>();
		for (Fault fault : faults) {
			long start = System.nanoTime();
			Row row = attempt(fault);
			rows.add(row);
			System.err.printf("%.1f s: %s %s%n", (System.nanoTime() - start) / 1e9, row.figures(), row.texts());
		}
		System.setOut(out);
		print(Row.FIGURES, rows, Row::figures);
		System.out.println();
		print(Row.TEXTS, rows, Row::texts);
		return rows.stream().allMatch(Row::keepsPromises);
	}

	/**
	 * Who comes first pays for the classes that this fault needs: so they take turns.
	 */
	private List<Side> sides() {
		this.turns++;
		return (this.turns % 2 == 0) ? List.of(Side.PGKEEL, Side.PLAIN) : List.of(Side.PLAIN, Side.PGKEEL);
	}

	private static void print(List<String> head, List<Row> rows, Function<Row, List<String>> cells) {
		MarkdownTable.head(head.toArray(String[]::new));
		rows.forEach((row) -> MarkdownTable.row(cells.apply(row).toArray()));
	}

	/**
	 * One fault that goes wrong in another way than it should does not spoil the others.
	 */
	private Row attempt(Fault fault) {
		try {
			return run(fault);
		}
		catch (Exception ex) {
			ex.printStackTrace();
			return Row.notProvoked(fault, "it failed with " + Failures.line(ex.toString()));
		}
	}

	private Row run(Fault fault) throws Exception {
		String obstacle = fault.obstacle();
		if (obstacle != null) {
			return Row.notProvoked(fault, obstacle);
		}
		Map<Side, List<Outcome>> outcomes = new EnumMap<>(Side.class);
		try {
			fault.setUp(this.servers);
			for (int round = 0; round < fault.rounds() * this.factor; round++) {
				for (Side side : sides()) {
					outcomes.computeIfAbsent(side, (key) -> new ArrayList<>()).add(fault.run(side));
				}
			}
		}
		finally {
			fault.tearDown();
		}
		return Row.of(fault, outcomes);
	}

}
