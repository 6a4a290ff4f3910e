/**
 * Encryption of the connections: never plaintext by accident.
 */
@NullMarked
package dev.pgkeel.tls;

import org.jspecify.annotations.NullMarked;
