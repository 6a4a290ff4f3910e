/**
 * Types that every other package of pgkeel shares.
 */
@NullMarked
package dev.pgkeel;

import org.jspecify.annotations.NullMarked;
