package dev.pgkeel.benchmarks;

/**
 * Scripts of any size.
 */
final class SchemaTexts {

	private static final int STATEMENTS_PER_TABLE = 20;

	private SchemaTexts() {
	}

	/**
	 * Returns statements of all kinds.
	 */
	static String idempotent(int size) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < size; i++) {
			int table = i / STATEMENTS_PER_TABLE;
			text.append(statement(table, i % STATEMENTS_PER_TABLE)).append(";\n");
		}
		return text.toString();
	}

	private static String statement(int table, int part) {
		return switch (part) {
			case 0 -> "create table if not exists t_%d (id int primary key, body text)".formatted(table);
			case 1, 2, 3, 4, 5 -> "alter table t_%d add column if not exists c_%d int".formatted(table, part);
			case 6 -> "create index if not exists t_%d_body on t_%d (body)".formatted(table, table);
			case 7 -> "create or replace view v_%d as select id from t_%d".formatted(table, table);
			case 8 -> "alter table t_%d enable row level security".formatted(table);
			case 9 -> "comment on table t_%d is 'table'".formatted(table);
			default ->
				"insert into t_%d (id, body) values (%d, 'a body') on conflict do nothing".formatted(table, part);
		};
	}

	/**
	 * Returns one table and many inserts.
	 */
	static String inserts(int size) {
		StringBuilder text = new StringBuilder("create table if not exists t (id int primary key, body text);\n");
		for (int i = 1; i < size; i++) {
			text.append("insert into t (id, body) values (").append(i).append(", 'a body') on conflict do nothing;\n");
		}
		return text.toString();
	}

}
