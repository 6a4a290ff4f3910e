/**
 * How long applications take to start.
 */
@NullMarked
package dev.pgkeel.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
