/**
 * Auto-configuration of every feature of pgkeel.
 */
@NullMarked
package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.NullMarked;
