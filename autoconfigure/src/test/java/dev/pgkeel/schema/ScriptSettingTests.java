package dev.pgkeel.schema;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ScriptSetting} and for what becomes of a script's settings.
 */
@Tag("compatibility")
class ScriptSettingTests {

	private static final String SETTINGS = """
			select string_agg(name || '=' || setting, ' ' order by name)
			  || ' tenant=' || coalesce(current_setting('app.tenant', true), '') as settings
			from pg_settings where name in ('search_path', 'lock_timeout', 'statement_timeout', 'row_security',
			  'client_min_messages', 'check_function_bodies', 'work_mem', 'TimeZone', 'default_table_access_method',
			  'default_transaction_isolation', 'client_connection_check_interval')""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "lock_timeout = 0", "session row_security to off", "local \"app\".tenant = 'x'" })
	void scriptSetsForItselfAlone(String setting) {
		String script = "create table if not exists seen_%1$s as " + SETTINGS;
		SchemaFolder.of(this.directory, this.database)
			.write("1_before.sql", script.formatted("1"))
			.write("2_set.sql", "set " + setting)
			.write("3_after.sql", script.formatted("3"))
			.apply();
		assertThat(this.database.query("select count(*) from (select * from seen_1 union select * from seen_3) as seen",
				Long.class))
			.isOne();
	}

	@Test
	void sessionIsAsBeforeWhatDumpsSet() throws SQLException {
		SchemaFolder folder = SchemaFolder.of(this.directory, this.database).write("1_dump.sql", """
				set statement_timeout = 0;
				set lock_timeout = 0;
				set session characteristics as transaction isolation level serializable;
				select pg_catalog.set_config('search_path', '', false), set_config('work_mem', '77MB', false);
				set check_function_bodies = false;
				set client_min_messages = warning;
				set row_security = off;
				set /* here */ time zone 'Asia/Tokyo';
				set app.tenant = '7';
				create table if not exists public.notes (id int);
				""").write("2_more.sql", "reset all; create table if not exists more (id int)");
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("set lock_timeout = 1234; set statement_timeout = 56789; set search_path = public");
			String before = settings(statement);
			Preflight preflight = new Preflight(new SingleConnectionDataSource(connection, true), null,
					Duration.ofSeconds(10));
			assertThat(folder.applyThrough(preflight).outcome()).isEqualTo(Outcome.APPLIED);
			assertThat(settings(statement)).isEqualTo(before);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "set Work_Mem = '1GB'|work_mem", "set session app.tenant to 'x'|app.tenant",
					"set local \"app\" . \"tenant\" = x|app.tenant", "set names 'UTF8'|client_encoding",
					"set time zone 'UTC'|timezone", "set xml option document|xmloption", "reset work_mem|work_mem",
					"set session authorization alice|session_authorization", "set schema 'app'|search_path",
					"set role none|role", "select set_config('a.b', (select 'x'), true)|a.b",
					"set session characteristics as transaction read only|default_transaction_isolation,"
							+ "default_transaction_read_only,default_transaction_deferrable",
					"reset all|client_min_messages,statement_timeout,lock_timeout,client_connection_check_interval",
					"set transaction isolation level serializable|", "set transaction_read_only = on|",
					"set constraints all deferred|", "select 'set work_mem = 1'|", "update notes set id = 1|" })
	void namesAreRead(String statement, String names) {
		assertThat(ScriptOutline.of(TextScript.of("1_notes.sql", statement)).sets())
			.containsExactlyInAnyOrder((names != null) ? names.split(",") : new String[0]);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "set local work_mem = '1GB'|set work_mem = '1GB'",
					"select set_config('Work_Mem', '1GB', true)|select pg_catalog.set_config('work_mem', '1GB', false)",
					"set lock_timeout = '1s'|", "reset all|", "set session authorization alice|",
					"select set_config('work_mem', value, true) from notes|", "set transaction_read_only = on|" })
	void whatHoldsAfterTheCommitIsToldByTheText(String statement, String again) {
		assertThat(ScriptOutline.of(TextScript.of("1_notes.sql", statement)).settings()).extracting(ScriptSetting::sql)
			.containsExactly((again != null) ? new String[] { again } : new String[0]);
	}

	private static String settings(Statement statement) throws SQLException {
		try (ResultSet row = statement.executeQuery(SETTINGS)) {
			row.next();
			return row.getString(1);
		}
	}

}
