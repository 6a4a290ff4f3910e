package dev.pgkeel.sample;

import java.time.Instant;
import java.util.UUID;

/**
 * A note of a tenant.
 *
 * @param id the identifier
 * @param tenantId whose note it is
 * @param kind whether the tenant wrote it ({@code user}) or we did ({@code welcome})
 * @param body the text
 * @param createdAt when it was written
 */
record Note(UUID id, UUID tenantId, String kind, String body, Instant createdAt) {

}
