/**
 * Warnings long before connections run out.
 */
@NullMarked
package dev.pgkeel.alert;

import org.jspecify.annotations.NullMarked;
