/**
 * What the tests of all modules share.
 */
@NullMarked
package dev.pgkeel.testsupport;

import org.jspecify.annotations.NullMarked;
