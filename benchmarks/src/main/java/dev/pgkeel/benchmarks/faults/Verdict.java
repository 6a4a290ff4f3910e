package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the figures say about pgkeel, beside the plain side. Times differ if they do so by
 * a fifth and by a twentieth of a second, failed calls if by a fifth and by more than
 * two.
 *
 * @param pgkeel what pgkeel made of a fault
 * @param plain what the plain side made of it
 */
record Verdict(Outcome pgkeel, Outcome plain) {

	private static final long SOME_MILLIS = 50;

	private static final long SOME_FAILURES = 2;

	private static final double SHARE = 1.2;

	@Override
	public String toString() {
		List<String> differences = new ArrayList<>();
		compare(differences, "fewer lost", "MORE lost", this.pgkeel.lost(), this.plain.lost());
		compare(differences, "fewer denied", "MORE denied", this.pgkeel.misled(), this.plain.misled());
		compare(differences, "fewer wrongly ended", "MORE wrongly ended", number(this.pgkeel.wronglyEnded()),
				number(this.plain.wronglyEnded()));
		compare(differences, "less left behind", "MORE left behind", this.pgkeel.leftBehind(), this.plain.leftBehind());
		compare(differences, "less harm", "MORE harm", this.pgkeel.harm(), this.plain.harm());
		compareFailures(differences);
		compareTimes(differences, "sooner back", "LATER back", this.pgkeel.all(), this.plain.all());
		compareTimes(differences, "shorter waits", "LONGER waits", this.pgkeel.longest(), this.plain.longest());
		return differences.isEmpty() ? "no better" : String.join(", ", differences);
	}

	private static long number(@Nullable Long number) {
		return (number != null) ? number : 0;
	}

	private static void compare(List<String> differences, String better, String worse, long own, long others) {
		if (own != others) {
			differences.add((own < others) ? better : worse);
		}
	}

	private void compareFailures(List<String> differences) {
		long own = this.pgkeel.failed();
		long others = this.plain.failed();
		if (own * SHARE < others && own + SOME_FAILURES < others) {
			differences.add("fewer failures");
		}
		if (others * SHARE < own && others + SOME_FAILURES < own) {
			differences.add("MORE failures");
		}
	}

	private static void compareTimes(List<String> differences, String better, String worse, @Nullable Duration own,
			@Nullable Duration others) {
		double mine = millis(own);
		double theirs = millis(others);
		if (mine * SHARE < theirs && mine + SOME_MILLIS < theirs) {
			differences.add(better);
		}
		if (theirs * SHARE < mine && theirs + SOME_MILLIS < mine) {
			differences.add(worse);
		}
	}

	private static double millis(@Nullable Duration time) {
		return (time != null) ? time.toMillis() : Double.MAX_VALUE;
	}

}
