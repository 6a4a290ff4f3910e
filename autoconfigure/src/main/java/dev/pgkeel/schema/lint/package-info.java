/**
 * Advice about schema scripts: what fails, does damage or waits when they run again.
 */
@NullMarked
package dev.pgkeel.schema.lint;

import org.jspecify.annotations.NullMarked;
