package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.lease.LeakCapture;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the search for leaked connections.
 *
 * @param enabled Whether pools are watched for leaked connections.
 * @param suspectAfter How long a connection is out before it may be suspected to be
 * leaked.
 * @param collectWhenStarved Whether a garbage collection is asked for when borrowers
 * starve and the connections that are out do nothing.
 * @param capture When the line of code that borrows a connection is recorded. Unless set,
 * always in development and adaptive elsewhere.
 * @since 0.1.0
 */
public record LeakProperties(@DefaultValue("true") Boolean enabled, @DefaultValue("30s") Duration suspectAfter,
		@DefaultValue("true") Boolean collectWhenStarved, @Nullable LeakCapture capture) {

}
