package dev.pgkeel.actuate.console;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import dev.pgkeel.transaction.TransactionDescription;
import dev.pgkeel.transaction.TransactionGuard;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that run, by the threads that run them.
 *
 * @param names their names by the threads' ids
 */
record Transactions(Map<Long, String> names) {

	private static final String WITHOUT_NAME = "unnamed";

	static Transactions of(@Nullable TransactionGuard guard) {
		Map<Long, String> names = new HashMap<>();
		if (guard != null) {
			for (TransactionDescription transaction : guard.running()) {
				names.put(transaction.holderId(), Objects.requireNonNullElse(transaction.name(), WITHOUT_NAME));
			}
		}
		return new Transactions(names);
	}

	@Nullable String of(long holderId) {
		return this.names.get(holderId);
	}

}
