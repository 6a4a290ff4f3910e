/**
 * A small multi-tenant notes service.
 */
@NullMarked
package dev.pgkeel.sample;

import org.jspecify.annotations.NullMarked;
