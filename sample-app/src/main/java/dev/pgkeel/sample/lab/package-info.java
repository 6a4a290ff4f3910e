/**
 * Mistakes to try pgkeel's guards with, made on request and only where they are switched
 * on.
 */
@NullMarked
package dev.pgkeel.sample.lab;

import org.jspecify.annotations.NullMarked;
