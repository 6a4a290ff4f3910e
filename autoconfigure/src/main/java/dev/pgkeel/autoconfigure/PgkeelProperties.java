package dev.pgkeel.autoconfigure;

import java.time.Duration;
import java.util.List;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.RuntimeProfile;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of pgkeel.
 *
 * @param enabled Whether pgkeel does anything at all.
 * @param mode Whether guards act or only report what they would have done.
 * @param runtimeProfile Where the application runs, which decides the pool's size.
 * @param pool Pool's defaults.
 * @param schema Schema scripts.
 * @param transaction Guarded transaction template.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel")
public record PgkeelProperties(@DefaultValue("true") boolean enabled, @DefaultValue("enforce") PgkeelMode mode,
		@DefaultValue("auto") RuntimeProfile runtimeProfile, @DefaultValue Pool pool, @DefaultValue Schema schema,
		@DefaultValue Transaction transaction) {

	/**
	 * Properties of the pool's defaults.
	 *
	 * @param enabled Whether the runtime profile sets the pool's defaults.
	 */
	public record Pool(@DefaultValue("true") boolean enabled) {

	}

	/**
	 * Properties of the schema scripts.
	 *
	 * @param enabled Whether schema scripts are applied at start. Unless set, they are in
	 * all runtime profiles but serverless.
	 * @param locations Locations of the schema scripts, in the order in which they run.
	 * @param lockTimeout Maximum time to wait while another instance applies schema
	 * scripts.
	 */
	public record Schema(@Nullable Boolean enabled, @DefaultValue("classpath*:db/pgkeel/*.sql") List<String> locations,
			@DefaultValue("5m") Duration lockTimeout) {

	}

	/**
	 * Properties of the guarded transaction template.
	 *
	 * @param enabled Whether the application's TransactionTemplate is the guarded one.
	 */
	public record Transaction(@DefaultValue("true") boolean enabled) {

	}

}
