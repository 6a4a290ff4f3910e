package dev.pgkeel.schema;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Order of file names in which numbers count as numbers: {@code 2_notes.sql} comes before
 * {@code 10_index.sql}.
 */
final class NaturalOrder implements Comparator<String> {

	private static final Pattern PART = Pattern.compile("[0-9]+|[^0-9]+");

	@Override
	public int compare(String one, String other) {
		Matcher parts = PART.matcher(one);
		Matcher otherParts = PART.matcher(other);
		boolean more = parts.find();
		boolean otherMore = otherParts.find();
		while (more && otherMore) {
			int result = compareParts(parts.group(), otherParts.group());
			if (result != 0) {
				return result;
			}
			more = parts.find();
			otherMore = otherParts.find();
		}
		return (more == otherMore) ? one.compareTo(other) : Boolean.compare(more, otherMore);
	}

	private static int compareParts(String part, String otherPart) {
		boolean numbers = isNumber(part) && isNumber(otherPart);
		return numbers ? new BigInteger(part).compareTo(new BigInteger(otherPart)) : part.compareTo(otherPart);
	}

	private static boolean isNumber(String part) {
		return part.charAt(0) >= '0' && part.charAt(0) <= '9';
	}

}
