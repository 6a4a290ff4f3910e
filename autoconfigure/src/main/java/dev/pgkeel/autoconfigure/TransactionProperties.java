package dev.pgkeel.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the guarded transactions.
 *
 * @param enabled Whether transactions are guarded, and the application's
 * TransactionTemplate is the guarded one.
 * @param timeout Maximum duration of a transaction of the application's
 * TransactionTemplate, in whole seconds. Unless set, there is none.
 * @param serverSide Whether the server is told the limit of a transaction that has one.
 * @param resolveCommit Whether the server is asked what became of a transaction whose
 * connection was lost in COMMIT. Costs one round trip for each transaction that is not
 * read only.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel.transaction")
public record TransactionProperties(@DefaultValue("true") boolean enabled, @Nullable Duration timeout,
		@DefaultValue("true") boolean serverSide, @DefaultValue("false") boolean resolveCommit) {

	public TransactionProperties {
		if (timeout != null && (timeout.toSeconds() < 1 || timeout.toNanosPart() != 0)) {
			throw new IllegalArgumentException(
					"pgkeel.transaction.timeout must be whole seconds, at least one, and not " + timeout);
		}
	}

}
