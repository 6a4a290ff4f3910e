package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.util.List;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the linter says what the server does whatever its version, also of what not
 * all versions have.
 */
@Tag("compatibility")
class VersionTests {

	private static final List<String> SETUP = List
		.of("create table t (id int, period int4range, constraint ck check (id > 0))", "insert into t values (1)");

	private static final TestDatabase DATABASE = TestServer.shared().newDatabase();

	@ParameterizedTest
	@ValueSource(strings = { "alter table t add constraint nn not null id", "alter table t add not null id",
			"alter table t add constraint nn not null id not valid",
			"create table t2 (id int, constraint nn not null id)",
			"create table if not exists t2 (id int, constraint nn not null id)",
			"alter table t alter constraint ck not enforced",
			"alter table t add constraint c2 check (id > 1) not enforced",
			"create unique index if not exists u on t (id) nulls not distinct",
			"alter table t add constraint uq unique nulls not distinct (id)",
			"merge into t using (values (1)) v (id) on t.id = v.id when not matched then insert values (v.id)",
			"alter table t set access method heap",
			"alter table t add column v int generated always as (id + 1) virtual",
			"alter table t add column if not exists v int generated always as (id + 1) virtual",
			"alter table t add constraint wo unique (period without overlaps)",
			"create or replace trigger tg before update on t for each row execute function suppress_redundant_updates_trigger()",
			"alter table t alter column id set storage default",
			"create or replace view v with (security_invoker) as select 1" })
	void saysWhatTheServerDoes(String statement) throws Exception {
		try (Connection connection = DATABASE.connect()) {
			ServerTruth.Outcome truth = new ServerTruth(connection).inTransaction(SETUP, statement);
			List<LintFinding> findings = Lint.last(SETUP, statement);
			if (truth.first() == null) {
				assertThat(Lint.secondRunFails(findings)).as(truth + ": " + findings).isEqualTo(truth.second() != null);
			}
			else {
				assertThat(truth.first()).as(statement).matches("42601|42704|22023|42883|0A000|42809");
			}
		}
	}

	@Test
	void rulesHoldForAllVersionsThatAreSupported() {
		assertThat(SchemaLinter.rules()).allSatisfy((rule) -> assertThat(rule.since()).isEqualTo(14));
	}

	@Test
	void leavesOutRulesOfLaterVersions() {
		SchemaLinter linter = new SchemaLinter();
		linter.add("1.sql", Lint.statement(1, "create type plan as enum ()"));
		assertThat(linter.findings(13)).isEmpty();
		assertThat(linter.findings(14)).hasSize(1);
	}

}
