/**
 * The pool's size and settings, derived from where the application runs.
 */
@NullMarked
package dev.pgkeel.pool;

import org.jspecify.annotations.NullMarked;
