package dev.pgkeel.schema.lint;

import java.util.Locale;

/**
 * A kind of object, with what the server says when it exists already or is missing. The
 * states were seen on PostgreSQL 15 and 18.
 */
enum ObjectKind {

	TABLE("relation", "42P07", "42P01", Remedy.IF_NOT_EXISTS),

	FOREIGN_TABLE("relation", "42P07", "42P01", Remedy.IF_NOT_EXISTS),

	MATERIALIZED_VIEW("relation", "42P07", "42P01", Remedy.IF_NOT_EXISTS),

	VIEW("relation", "42P07", "42P01", Remedy.OR_REPLACE),

	SEQUENCE("relation", "42P07", "42P01", Remedy.IF_NOT_EXISTS),

	INDEX("relation", "42P07", "42704", Remedy.IF_NOT_EXISTS),

	SCHEMA("schema", "42P06", "3F000", Remedy.IF_NOT_EXISTS),

	EXTENSION("extension", "42710", "42704", Remedy.IF_NOT_EXISTS),

	COLLATION("collation", "42710", "42704", Remedy.IF_NOT_EXISTS),

	STATISTICS("statistics", "42710", "42704", Remedy.IF_NOT_EXISTS),

	SERVER("server", "42710", "42704", Remedy.IF_NOT_EXISTS),

	USER_MAPPING("user mapping", "42710", "42704", Remedy.IF_NOT_EXISTS),

	FUNCTION("routine", "42723", "42883", Remedy.OR_REPLACE),

	PROCEDURE("routine", "42723", "42883", Remedy.OR_REPLACE),

	AGGREGATE("routine", "42723", "42883", Remedy.OR_REPLACE),

	TRIGGER("trigger", "42710", "42704", Remedy.OR_REPLACE),

	RULE("rule", "42710", "42704", Remedy.OR_REPLACE),

	LANGUAGE("language", "42710", "42704", Remedy.OR_REPLACE),

	TRANSFORM("transform", "42710", "42704", Remedy.OR_REPLACE),

	TYPE("type", "42710", "42704", Remedy.GUARD),

	DOMAIN("type", "42710", "42704", Remedy.GUARD),

	POLICY("policy", "42710", "42704", Remedy.GUARD),

	ROLE("role", "42710", "42704", Remedy.GUARD),

	CONSTRAINT_TRIGGER("trigger", "42710", "42704", Remedy.GUARD),

	EVENT_TRIGGER("event trigger", "42710", "42704", Remedy.GUARD),

	CAST("cast", "42710", "42704", Remedy.GUARD),

	OPERATOR("operator", "42723", "42883", Remedy.GUARD),

	OPERATOR_CLASS("operator class", "42710", "42704", Remedy.GUARD),

	OPERATOR_FAMILY("operator family", "42710", "42704", Remedy.GUARD),

	OPERATOR_FAMILY_MEMBER("member", "42710", "42704", Remedy.GUARD),

	CONVERSION("conversion", "42710", "42704", Remedy.GUARD),

	TEXT_SEARCH_CONFIGURATION("text search configuration", "23505", "42704", Remedy.GUARD),

	TEXT_SEARCH_DICTIONARY("text search dictionary", "23505", "42704", Remedy.GUARD),

	TEXT_SEARCH_PARSER("text search parser", "23505", "42704", Remedy.GUARD),

	TEXT_SEARCH_TEMPLATE("text search template", "23505", "42704", Remedy.GUARD),

	PUBLICATION("publication", "42710", "42704", Remedy.GUARD),

	SUBSCRIPTION("subscription", "42710", "42704", Remedy.GUARD),

	FOREIGN_DATA_WRAPPER("foreign data wrapper", "42710", "42704", Remedy.GUARD),

	ACCESS_METHOD("access method", "42710", "42704", Remedy.GUARD),

	DATABASE("database", "42P04", "3D000", Remedy.GUARD),

	TABLESPACE("tablespace", "42710", "42704", Remedy.GUARD),

	COLUMN("column", "42701", "42703", Remedy.IF_NOT_EXISTS),

	ATTRIBUTE("column", "42701", "42703", Remedy.GUARD),

	ENUM_VALUE("value", "42710", "22023", Remedy.IF_NOT_EXISTS),

	CONSTRAINT("constraint", "42710", "42704", Remedy.GUARD),

	UNIQUE_CONSTRAINT("constraint", "42P07", "42704", Remedy.GUARD),

	INDEX_CONSTRAINT("constraint", "55000", "42704", Remedy.GUARD),

	/**
	 * Is written as one of a table is, and kept elsewhere in the catalog.
	 */
	DOMAIN_CONSTRAINT("constraint", "42710", "42704", Remedy.GUARD) {

		@Override
		public String toString() {
			return CONSTRAINT.toString();
		}

	},

	PRIMARY_KEY("primary key", "42P16", "42704", Remedy.GUARD),

	IDENTITY("identity", "55000", "55000", Remedy.GUARD),

	EXPRESSION("expression", "55000", "55000", Remedy.GUARD),

	PARTITION("partition", "42809", "42P01", Remedy.GUARD),

	INHERITANCE("inheritance", "42P07", "42P01", Remedy.GUARD),

	PUBLICATION_TABLE("published table", "42710", "42704", Remedy.GUARD),

	FOREIGN_SCHEMA("foreign schema", "42P07", "42P01", Remedy.GUARD),

	ROW("row", "23505", "23505", Remedy.GUARD);

	private final String space;

	private final String duplicate;

	private final String missing;

	private final Remedy remedy;

	private final String[] words = name().split("_");

	private final String shown = name().replace('_', ' ');

	ObjectKind(String space, String duplicate, String missing, Remedy remedy) {
		this.space = space;
		this.duplicate = duplicate;
		this.missing = missing;
		this.remedy = remedy;
	}

	/**
	 * Returns the identity of an object of this kind: kinds that share their names have
	 * the same one.
	 */
	String key(String name) {
		return this.space + " " + name;
	}

	/**
	 * Returns the identity of an object that belongs to another.
	 */
	String key(String owner, String name) {
		return key(owner + "/" + name);
	}

	/**
	 * Returns the SQLSTATE of creating what exists.
	 */
	String duplicate() {
		return this.duplicate;
	}

	/**
	 * Returns the SQLSTATE of changing or dropping what is missing.
	 */
	String missing() {
		return this.missing;
	}

	Remedy remedy() {
		return this.remedy;
	}

	/**
	 * Takes the words of the kind if they come next.
	 */
	boolean isNext(Cursor cursor) {
		return cursor.accept(this.words);
	}

	boolean isRelation() {
		return this.space.equals("relation");
	}

	boolean isRoutine() {
		return this.space.equals("routine");
	}

	@Override
	public String toString() {
		return this.shown;
	}

	String lowerCase() {
		return toString().toLowerCase(Locale.ROOT);
	}

	/**
	 * How an object of a kind is created harmlessly a second time.
	 */
	enum Remedy {

		IF_NOT_EXISTS, OR_REPLACE, GUARD

	}

}
