package dev.pgkeel.schema;

import java.math.BigInteger;
import java.util.Comparator;

/**
 * Order of file names in which numbers count as numbers: {@code 2_notes.sql} comes before
 * {@code 10_index.sql}.
 */
final class NaturalOrder implements Comparator<String> {

	@Override
	public int compare(String one, String other) {
		int i = 0;
		int j = 0;
		while (i < one.length() && j < other.length()) {
			int end = endOfNumber(one, i);
			int otherEnd = endOfNumber(other, j);
			boolean numbers = end > i && otherEnd > j;
			int result = numbers ? number(one, i, end).compareTo(number(other, j, otherEnd))
					: Character.compare(one.charAt(i), other.charAt(j));
			if (result != 0) {
				return result;
			}
			i = numbers ? end : i + 1;
			j = numbers ? otherEnd : j + 1;
		}
		int result = Integer.compare(one.length() - i, other.length() - j);
		return (result != 0) ? result : one.compareTo(other);
	}

	private static int endOfNumber(String name, int start) {
		int end = start;
		while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
			end++;
		}
		return end;
	}

	private static BigInteger number(String name, int start, int end) {
		return new BigInteger(name.substring(start, end));
	}

}
