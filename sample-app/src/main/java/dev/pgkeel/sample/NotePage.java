package dev.pgkeel.sample;

import java.util.List;

/**
 * Some of a tenant's notes, oldest first.
 *
 * @param notes the notes
 * @param page the number of the page, from 0
 * @param size how many notes a page has at most
 * @param last whether no page follows
 */
record NotePage(List<Note> notes, int page, int size, boolean last) {

}
