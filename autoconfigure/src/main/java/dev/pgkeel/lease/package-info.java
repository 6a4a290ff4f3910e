/**
 * Leases of connections: who holds which, what became unreachable, and how it comes back.
 */
@NullMarked
package dev.pgkeel.lease;

import org.jspecify.annotations.NullMarked;
