package dev.pgkeel.schema;

/**
 * One statement of a script.
 *
 * @param text the statement, from its first word and without the semicolon
 * @param offset where it starts in the script, in characters
 */
record SqlStatement(String text, int offset) {

}
