/**
 * Comparisons with peers, in one run.
 */
@NullMarked
package dev.pgkeel.benchmarks;

import org.jspecify.annotations.NullMarked;
