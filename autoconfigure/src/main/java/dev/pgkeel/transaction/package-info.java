/**
 * Transactions that always give their connection back.
 */
@NullMarked
package dev.pgkeel.transaction;

import org.jspecify.annotations.NullMarked;
