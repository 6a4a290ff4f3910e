package dev.pgkeel.schema.lint;

/**
 * How to write what has no clause of its own for a second run.
 */
final class Rewrites {

	private Rewrites() {
	}

	/**
	 * Returns the guard for making an object of a kind: a look into the catalog, which
	 * waits for nobody, where there is an easy one.
	 */
	static String guard(ObjectKind kind) {
		return switch (kind) {
			case TYPE, DOMAIN -> block("to_regtype('...') IS NULL");
			case POLICY -> block("NOT EXISTS (SELECT FROM pg_policies WHERE tablename = '...' AND policyname = '...')");
			case ROLE -> block("NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '...')");
			case CONSTRAINT, UNIQUE_CONSTRAINT, INDEX_CONSTRAINT, DOMAIN_CONSTRAINT, COLUMN, ATTRIBUTE ->
				block("NOT " + part(kind));
			case PRIMARY_KEY ->
				block("NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = '...'::regclass AND contype = 'p')");
			case IDENTITY -> block("NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '...'::regclass AND attname ="
					+ " '...' AND attidentity <> '')");
			case PARTITION, INHERITANCE -> block(
					"NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = '...'::regclass AND inhparent = '...'::regclass)");
			case PUBLICATION -> block("NOT EXISTS (SELECT FROM pg_publication WHERE pubname = '...')");
			case EVENT_TRIGGER -> block("NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = '...')");
			default -> handler(kind.duplicate());
		};
	}

	/**
	 * Returns the guard for changing a part of something, which has to be there.
	 * @param kind the part's kind
	 * @param state the SQLSTATE when it is missing
	 */
	static String change(ObjectKind kind, String state) {
		return switch (kind) {
			case CONSTRAINT, DOMAIN_CONSTRAINT, COLUMN, ATTRIBUTE -> block(part(kind));
			default -> handler(state);
		};
	}

	private static String part(ObjectKind kind) {
		return switch (kind) {
			case COLUMN, ATTRIBUTE ->
				"EXISTS (SELECT FROM pg_attribute WHERE attrelid = '...'::regclass AND attname = '...')";
			case DOMAIN_CONSTRAINT ->
				"EXISTS (SELECT FROM pg_constraint WHERE contypid = '...'::regtype AND conname = '...')";
			default -> "EXISTS (SELECT FROM pg_constraint WHERE conrelid = '...'::regclass AND conname = '...')";
		};
	}

	static String handler(String state) {
		return "DO $$ BEGIN ...; EXCEPTION WHEN " + Conditions.name(state) + " THEN NULL; END $$";
	}

	private static String block(String condition) {
		return "DO $$ BEGIN IF " + condition + " THEN ...; END IF; END $$";
	}

}
