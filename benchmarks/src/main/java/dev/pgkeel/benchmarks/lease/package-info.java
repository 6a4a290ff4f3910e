/**
 * What leases cost, and how pools live with leaks.
 */
@NullMarked
package dev.pgkeel.benchmarks.lease;

import org.jspecify.annotations.NullMarked;
