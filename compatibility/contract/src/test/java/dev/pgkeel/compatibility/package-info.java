/**
 * What is asked of small applications, each with another way to its database.
 */
@org.jspecify.annotations.NullMarked
package dev.pgkeel.compatibility;
