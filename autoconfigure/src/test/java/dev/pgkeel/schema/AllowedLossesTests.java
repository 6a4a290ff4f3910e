package dev.pgkeel.schema;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AllowedLosses}.
 */
class AllowedLossesTests {

	private final CatalogEntry schema = entry("schema", "public", null);

	private final CatalogEntry table = entry("table", "public.notes", this.schema);

	private final CatalogEntry column = entry("column", "public.notes.plan", this.table, Set.of(1));

	private final CatalogEntry check = entry("constraint", "public.notes.known", this.table, Set.of(1));

	@Test
	void nothingIsAllowedWithoutADirective() {
		AllowedLosses allowed = allowed("-- pgkeel:own-transaction\ndrop table notes");
		assertThat(allowed.isEmpty()).isTrue();
		assertThat(allowed.covers(this.table)).isFalse();
		assertThat(allowed.coversColumnOf(this.check, List.of(this.column))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "notes", "public.notes", "NOTES", "Public.Notes", "public" })
	void tableIsAllowedByItsNameAndItsSchemas(String named) {
		AllowedLosses allowed = allowed("-- pgkeel:allow-loss " + named + " no longer used\ndrop table notes");
		assertThat(allowed.isEmpty()).isFalse();
		assertThat(allowed.covers(this.table)).isTrue();
		assertThat(allowed.covers(this.column)).isTrue();
		assertThat(allowed.covers(entry("table", "audit.notes", entry("schema", "audit", null)))).isFalse();
	}

	@Test
	void nameWithoutASchemaIsLookedForWhereTheSessionFindsIt() {
		String text = "-- pgkeel:allow-loss notes.plan no longer used\nselect 1";
		CatalogEntry odd = entry("schema", "\"my.app\"", null);
		CatalogEntry plan = entry("column", "\"my.app\".notes.plan", entry("table", "\"my.app\".notes", odd),
				Set.of(1));
		assertThat(allowed(text, List.of(), "public").covers(plan)).isFalse();
		assertThat(allowed(text, List.of(), "\"my.app\"").covers(plan)).isTrue();
		assertThat(allowed(text, List.of(), "\"my.app\"").covers(this.column)).isTrue();
		assertThat(allowed("set search_path = anything;\n" + text, List.of(), "public").covers(plan)).isTrue();
	}

	@Test
	void policyIsNotAllowedWithAColumn() {
		AllowedLosses allowed = allowed("-- pgkeel:allow-loss notes.plan moved\nselect 1");
		CatalogEntry policy = entry("policy", "public.notes.mine", this.table, Set.of(1));
		assertThat(allowed.coversColumnOf(policy, List.of(this.column))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "note", "notes.body", "audit.notes", "\"Notes\"" })
	void anotherNameAllowsNothing(String named) {
		assertThat(allowed("-- pgkeel:allow-loss " + named + " no longer used\nselect 1").covers(this.table)).isFalse();
	}

	@Test
	void columnIsAllowedWithoutItsTable() {
		AllowedLosses allowed = allowed("-- pgkeel:allow-loss notes.plan moved\nselect 1");
		assertThat(allowed.covers(this.column)).isTrue();
		assertThat(allowed.covers(this.table)).isFalse();
		assertThat(allowed.coversColumnOf(this.check, List.of(this.column))).isTrue();
		assertThat(allowed.coversColumnOf(entry("constraint", "public.notes.other", this.table, Set.of(2)),
				List.of(this.column)))
			.isFalse();
		assertThat(allowed.coversColumnOf(
				entry("constraint", "public.other.plan", entry("table", "public.other", this.schema), Set.of(1)),
				List.of(this.column)))
			.isFalse();
		assertThat(allowed.coversColumnOf(this.check,
				List.of(entry("column", "public.notes.body", this.table, Set.of(1)))))
			.isFalse();
		assertThat(allowed.coversColumnOf(this.check, List.of())).isFalse();
	}

	@Test
	void nameOfATableIsNotThatOfASchema() {
		CatalogEntry audit = entry("schema", "audit", null);
		CatalogEntry entries = entry("table", "audit.entries", audit);
		List<CatalogEntry> before = List.of(audit, entries, entry("table", "public.audit", this.schema));
		AllowedLosses allowed = allowed("-- pgkeel:allow-loss audit copied\ndelete from audit", before, "public");
		assertThat(allowed.covers(before.get(2))).isTrue();
		assertThat(allowed.covers(entries)).isFalse();
		assertThat(allowed.covers(audit)).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "total(integer)|true", "total|true", "public.total|true",
			"public.total(integer)|true", "total(text)|false", "tot|false" })
	void functionIsAllowedWithOrWithoutItsArguments(String named, boolean allowed) {
		assertThat(allowed("-- pgkeel:allow-loss " + named + " no longer used\nselect 1")
			.covers(entry("function", "public.total(integer)", this.schema))).isEqualTo(allowed);
	}

	@ParameterizedTest
	@ValueSource(strings = { "order.user", "\"order\".\"user\"", "USER", "\"user\"", "order" })
	void reservedWordNeedsNoQuotes(String named) {
		CatalogEntry order = entry("schema", "\"order\"", null);
		assertThat(allowed("-- pgkeel:allow-loss " + named + " no longer used\nselect 1", List.of(), "\"order\"")
			.covers(entry("table", "\"order\".\"user\"", order))).isTrue();
	}

	@Test
	void quotedNamesKeepTheirCaseAndTheirBlanks() {
		AllowedLosses allowed = allowed("-- pgkeel:allow-loss public.\"My Notes\" no longer used\nselect 1");
		assertThat(allowed.covers(entry("table", "public.\"My Notes\"", this.schema))).isTrue();
		assertThat(allowed.covers(entry("table", "public.\"my notes\"", this.schema))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "-- pgkeel:allow-loss", "-- pgkeel:allow-loss notes", "-- pgkeel:allow-loss \"My Notes\"" })
	void directiveWithoutAReasonIsRefusedWithItsPlace(String directive) {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> allowed("select 1;\n" + directive + "\ndrop table notes"))
			.withMessageStartingWith("1_notes.sql:3:1: ")
			.withMessageContaining("names no object, or gives no reason");
	}

	private static AllowedLosses allowed(String text) {
		return allowed(text, List.of(), "public");
	}

	private static AllowedLosses allowed(String text, List<CatalogEntry> before, String searchPath) {
		return AllowedLosses.of(List.of(ScriptOutline.of(TextScript.of("1_notes.sql", text))),
				new CatalogSnapshot(before.stream().collect(Collectors.toMap(CatalogEntry::id, (entry) -> entry)),
						Set.of(), Set.of(searchPath)));
	}

	private static CatalogEntry entry(String kind, String identity, @Nullable CatalogEntry parent) {
		return entry(kind, identity, parent, Set.of());
	}

	private static CatalogEntry entry(String kind, String identity, @Nullable CatalogEntry parent,
			Set<Integer> columns) {
		int column = kind.equals("column") ? columns.iterator().next() : 0;
		return new CatalogEntry(new CatalogObject(kind, identity),
				new CatalogEntry.Id(kind, identity.hashCode(), column), "", parent, 0, 0, 0, false, false, false,
				new ColumnUse("", columns));
	}

}
