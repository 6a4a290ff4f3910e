package dev.pgkeel.benchmarks.faults;

import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * What callers see of failures, in one line.
 */
final class Failures {

	private static final int LONGEST_TEXT = 240;

	private Failures() {
	}

	/**
	 * Returns the failure that callers waited for longest, in all, and how many there are
	 * of other kinds.
	 */
	static String text(Collection<Call> calls) {
		Map<String, Long> nanos = new LinkedHashMap<>();
		Map<String, String> texts = new LinkedHashMap<>();
		for (Call call : calls) {
			if (call.failure() != null) {
				String text = text(call.failure());
				String kind = text.replaceAll("\\d+", "0").replaceAll("(?s)[,:;(].*", "");
				nanos.merge(kind, call.nanos(), Long::sum);
				texts.putIfAbsent(kind, text);
			}
		}
		return nanos.entrySet()
			.stream()
			.max(Map.Entry.comparingByValue())
			.map((most) -> texts.get(most.getKey())
					+ ((nanos.size() > 1) ? " (and " + others(nanos.size() - 1) + ")" : ""))
			.orElse("nothing");
	}

	private static String others(int kinds) {
		return kinds + ((kinds == 1) ? " other kind" : " other kinds");
	}

	/**
	 * Returns the type that the caller catches, and the message that tells the cause:
	 * Spring's own translations only say that there is one.
	 */
	static String text(Throwable failure) {
		Throwable telling = failure;
		if (failure instanceof DataAccessException || failure instanceof BeansException
				|| failure instanceof CannotCreateTransactionException
				|| failure.getClass() == TransactionSystemException.class) {
			for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
				if (cause instanceof SQLException) {
					telling = cause;
					break;
				}
			}
		}
		String types = "`" + failure.getClass().getSimpleName() + "`";
		if (telling != failure && telling.getClass().getName().startsWith("dev.pgkeel.")) {
			types += ", `" + telling.getClass().getSimpleName() + "`";
		}
		return types + ": " + line(telling.getMessage());
	}

	/**
	 * Returns a text as one line that fits into a table.
	 */
	static String line(@Nullable String text) {
		String line = String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", " ").replace("|", "\\|");
		return (line.length() <= LONGEST_TEXT) ? line : line.substring(0, LONGEST_TEXT) + "...";
	}

}
