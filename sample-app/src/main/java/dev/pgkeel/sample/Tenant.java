package dev.pgkeel.sample;

import java.time.Instant;
import java.util.UUID;

/**
 * A customer, who owns notes.
 *
 * @param id the identifier
 * @param email the address, unlike that of any other tenant
 * @param plan what was bought
 * @param createdAt when the tenant signed up
 */
record Tenant(UUID id, String email, String plan, Instant createdAt) {

}
