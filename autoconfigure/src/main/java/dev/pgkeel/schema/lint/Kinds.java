package dev.pgkeel.schema.lint;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads the words that say which kind of object a {@code CREATE}, {@code ALTER} or
 * {@code DROP} is about.
 */
final class Kinds {

	private static final Set<ObjectKind> KINDS = EnumSet.range(ObjectKind.TABLE, ObjectKind.TABLESPACE);

	private Kinds() {
	}

	static @Nullable ObjectKind read(Cursor cursor) {
		if (cursor.accept("FOREIGN", "DATA", "WRAPPER")) {
			return ObjectKind.FOREIGN_DATA_WRAPPER;
		}
		if (cursor.accept("USER", "MAPPING")) {
			return ObjectKind.USER_MAPPING;
		}
		if (cursor.accept("TEXT", "SEARCH")) {
			return textSearch(cursor);
		}
		if (cursor.accept("OPERATOR")) {
			return cursor.accept("CLASS") ? ObjectKind.OPERATOR_CLASS
					: cursor.accept("FAMILY") ? ObjectKind.OPERATOR_FAMILY : ObjectKind.OPERATOR;
		}
		if (cursor.accept("USER") || cursor.accept("GROUP") || cursor.accept("ROLE")) {
			return ObjectKind.ROLE;
		}
		cursor.accept("PROCEDURAL");
		cursor.accept("TRUSTED");
		cursor.accept("PROCEDURAL");
		if (cursor.accept("ROUTINE")) {
			return ObjectKind.FUNCTION;
		}
		for (ObjectKind kind : KINDS) {
			if (kind.isNext(cursor)) {
				return kind;
			}
		}
		return null;
	}

	private static @Nullable ObjectKind textSearch(Cursor cursor) {
		String what = cursor.acceptAny("CONFIGURATION", "DICTIONARY", "PARSER", "TEMPLATE");
		return (what != null) ? ObjectKind.valueOf("TEXT_SEARCH_" + what) : null;
	}

}
