package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What happened to a catalog between two snapshots. An object that was dropped and
 * created again with the same definition does not appear, a renamed one is altered.
 *
 * @param created what was not there before, under its new name
 * @param altered what has another definition or name, under its new name; objects that
 * were dropped and created again with another definition are among them
 * @param dropped what is no longer there, under its old name
 */
record CatalogDiff(List<CatalogObject> created, List<CatalogObject> altered, List<CatalogObject> dropped) {

	/**
	 * Compares two snapshots.
	 * @param before the earlier one
	 * @param after the later one
	 * @return the difference, each list in the order of the names
	 */
	static CatalogDiff between(CatalogSnapshot before, CatalogSnapshot after) {
		List<CatalogObject> created = new ArrayList<>();
		List<CatalogObject> altered = new ArrayList<>();
		List<CatalogObject> dropped = new ArrayList<>();
		after.entries().forEach((id, entry) -> {
			CatalogEntry same = before.entries().get(id);
			CatalogEntry former = (same != null) ? same : before.entry(entry.object());
			if (former == null && !before.exists(id)) {
				created.add(entry.object());
			}
			else if (former != null && !former.hash().equals(entry.hash())) {
				altered.add(entry.object());
			}
		});
		before.entries().forEach((id, entry) -> {
			if (!after.exists(id) && after.entry(entry.object()) == null) {
				dropped.add(entry.object());
			}
		});
		List.of(created, altered, dropped).forEach((list) -> list.sort(Comparator.naturalOrder()));
		return new CatalogDiff(created, altered, dropped);
	}

	boolean isEmpty() {
		return this.created.isEmpty() && this.altered.isEmpty() && this.dropped.isEmpty();
	}

}
