package dev.pgkeel.schema;

import java.util.List;

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

	private final CatalogEntry column = entry("column", "public.notes.plan", this.table);

	@Test
	void nothingIsAllowedWithoutADirective() {
		AllowedLosses allowed = allowed("-- pgkeel:own-transaction\ndrop table notes");
		assertThat(allowed.isEmpty()).isTrue();
		assertThat(allowed.covers(this.table)).isFalse();
		assertThat(allowed.coversColumnOf(this.table, List.of(this.column))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "notes", "public.notes", "NOTES", "Public.Notes", "public" })
	void tableIsAllowedByItsNameAndItsSchemas(String named) {
		AllowedLosses allowed = allowed("-- pgkeel:allow-loss " + named + " no longer used\ndrop table notes");
		assertThat(allowed.isEmpty()).isFalse();
		assertThat(allowed.covers(this.table)).isTrue();
		assertThat(allowed.covers(this.column)).isTrue();
		assertThat(allowed.covers(entry("table", "audit.notes", entry("schema", "audit", null))))
			.isEqualTo(named.equalsIgnoreCase("notes"));
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
		assertThat(allowed.coversColumnOf(this.table, List.of(this.column))).isTrue();
		assertThat(allowed.coversColumnOf(entry("table", "public.other", this.schema), List.of(this.column))).isFalse();
		assertThat(allowed.coversColumnOf(this.table, List.of(entry("column", "public.notes.body", this.table))))
			.isFalse();
		assertThat(allowed.coversColumnOf(this.table, List.of())).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "total(integer)|true", "total|true", "public.total|true",
			"public.total(integer)|true", "total(text)|false", "tot|false" })
	void functionIsAllowedWithOrWithoutItsArguments(String named, boolean allowed) {
		assertThat(allowed("-- pgkeel:allow-loss " + named + " no longer used\nselect 1")
			.covers(entry("function", "public.total(integer)", this.schema))).isEqualTo(allowed);
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
		return AllowedLosses.of(List.of(ScriptOutline.of(TextScript.of("1_notes.sql", text))));
	}

	private static CatalogEntry entry(String kind, String identity, @Nullable CatalogEntry parent) {
		return new CatalogEntry(new CatalogObject(kind, identity), new CatalogEntry.Id(kind, identity.hashCode(), 0),
				"", parent, 0, 0, 0, false, false);
	}

}
