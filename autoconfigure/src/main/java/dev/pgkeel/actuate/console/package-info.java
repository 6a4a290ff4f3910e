/**
 * The console: one page that shows who holds the database, and why.
 */
@NullMarked
package dev.pgkeel.actuate.console;

import org.jspecify.annotations.NullMarked;
