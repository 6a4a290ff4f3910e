/**
 * An application that lives with faults for long.
 */
@NullMarked
package dev.pgkeel.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
