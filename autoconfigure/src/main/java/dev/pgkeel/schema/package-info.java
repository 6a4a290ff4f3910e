/**
 * Schema scripts that are run at start, all or nothing, by one instance at a time.
 */
@NullMarked
package dev.pgkeel.schema;

import org.jspecify.annotations.NullMarked;
