package dev.pgkeel.actuate.console;

import java.time.Duration;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.console.SchemaView.FindingView;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaMode;
import dev.pgkeel.schema.SchemaSettings;
import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.lint.SchemaLint;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Preflight;
import org.junit.jupiter.api.Test;

import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SchemaView}.
 */
class SchemaViewTests {

	private static final String SCRIPT = """
			do $$ begin
			  perform set_config('token', 'canary', false);
			exception when others then null;
			end $$;
			""";

	@Test
	void adviceThatRepeatsAStatementIsShownToThoseWhoMaySeeStatements() {
		SchemaInitializer schema = schema();
		assertThat(SchemaView.of(schema, true).findings()).singleElement()
			.satisfies((finding) -> assertThat(finding.message()).contains("canary"));
		assertThat(SchemaView.of(schema, false).findings())
			.containsExactly(new FindingView("tokens.sql:3:11", "error", "hidden-errors", null));
	}

	private static SchemaInitializer schema() {
		SchemaLint lint = new SchemaLint(true, false, false);
		Splitting.split("tokens.sql", SCRIPT).forEach((statement) -> lint.look("tokens.sql", statement));
		lint.decide(18);
		return new SchemaInitializer(new Preflight(new HikariDataSource()), new PathMatchingResourcePatternResolver(),
				new ApplicationInstance("notes", "abc123"),
				new SchemaSettings(true, List.of(), SchemaMode.ON_CHANGE, null, Duration.ZERO, null, false, true), lint,
				null);
	}

}
