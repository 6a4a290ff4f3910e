package dev.pgkeel.schema.lint;

/**
 * How to write what has no clause of its own for a second run.
 */
final class Rewrites {

	private Rewrites() {
	}

	/**
	 * Returns the guard for a kind: a look into the catalog, which waits for nobody,
	 * where there is an easy one.
	 */
	static String guard(ObjectKind kind) {
		return switch (kind) {
			case TYPE, DOMAIN -> block("to_regtype('...') IS NULL");
			case POLICY -> block("NOT EXISTS (SELECT FROM pg_policies WHERE tablename = '...' AND policyname = '...')");
			case ROLE -> block("NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '...')");
			case CONSTRAINT, UNIQUE_CONSTRAINT, DOMAIN_CONSTRAINT ->
				block("NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = '...'::regclass AND conname = '...')");
			case PRIMARY_KEY ->
				block("NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = '...'::regclass AND contype = 'p')");
			case COLUMN, ATTRIBUTE ->
				block("EXISTS (SELECT FROM pg_attribute WHERE attrelid = '...'::regclass AND attname = '...')");
			case IDENTITY -> block("NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '...'::regclass AND attname ="
					+ " '...' AND attidentity <> '')");
			case PARTITION, INHERITANCE -> block(
					"NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = '...'::regclass AND inhparent = '...'::regclass)");
			case PUBLICATION -> block("NOT EXISTS (SELECT FROM pg_publication WHERE pubname = '...')");
			case EVENT_TRIGGER -> block("NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = '...')");
			default -> "DO $$ BEGIN ...; EXCEPTION WHEN " + Conditions.name(kind.duplicate()) + " THEN NULL; END $$";
		};
	}

	private static String block(String condition) {
		return "DO $$ BEGIN IF " + condition + " THEN ...; END IF; END $$";
	}

}
