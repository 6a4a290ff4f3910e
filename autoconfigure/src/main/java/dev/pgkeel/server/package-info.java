/**
 * The PostgreSQL server as seen from the application: how to reach it, and what it is.
 */
@NullMarked
package dev.pgkeel.server;

import org.jspecify.annotations.NullMarked;
