/**
 * What the monitor costs the server, and what its figures cost who reads them.
 */
@NullMarked
package dev.pgkeel.benchmarks.monitor;

import org.jspecify.annotations.NullMarked;
