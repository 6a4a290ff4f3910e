package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the proof that schema scripts are idempotent.
 *
 * @param proveIdempotent Whether schema scripts run a second time when they are applied,
 * which is rolled back, and fail the start in the runtime profile development if they
 * come out differently. Unless set, only in that profile.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel.schema")
public record SchemaProofProperties(@Nullable Boolean proveIdempotent) {

}
