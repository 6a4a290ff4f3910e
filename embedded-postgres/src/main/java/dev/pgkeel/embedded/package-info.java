/**
 * A real PostgreSQL server that runs as long as the application does, for development and
 * tests.
 */
@NullMarked
package dev.pgkeel.embedded;

import org.jspecify.annotations.NullMarked;
