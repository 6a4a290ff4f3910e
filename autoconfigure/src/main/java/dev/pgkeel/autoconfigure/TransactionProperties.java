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
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel.transaction")
public record TransactionProperties(@DefaultValue("true") boolean enabled, @Nullable Duration timeout,
		@DefaultValue("true") boolean serverSide) {

	public TransactionProperties {
		if (timeout != null && (timeout.toSeconds() < 1 || timeout.toNanosPart() != 0)) {
			throw new IllegalArgumentException(
					"pgkeel.transaction.timeout must be whole seconds, at least one, and not " + timeout);
		}
	}

}
