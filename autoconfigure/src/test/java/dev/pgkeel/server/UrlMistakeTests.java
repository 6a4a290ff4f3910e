package dev.pgkeel.server;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UrlMistake}.
 */
class UrlMistakeTests {

	@ParameterizedTest
	@CsvSource({
			"postgres://app:s3cret@db.example.com:5432/notes?x=s3cret, is not a JDBC URL, //db.example.com:5432/notes",
			"postgresql://db/notes, is not a JDBC URL, //db/notes",
			"jdbc:postgresql://app:s3cret@db/notes, names a role or a password before the host, //db/notes",
			"postgres://app:s3cret?s3cret@db.example.com/x, is not a JDBC URL, //HOST:PORT/DATABASE",
			"postgres://app:s3cret@s3cret?s3cret@db.example.com/x, is not a JDBC URL, //HOST:PORT/DATABASE",
			"postgres://app:s3cret#s3cret/s3cret@s3cret//s3cret@db.example.com/x, is not a JDBC URL, //db.example.com/x",
			"postgres:app:s3cret@db/notes, is not a JDBC URL, //db/notes",
			"jdbc:postgresql://app:s3cret?s3cret@db/notes, names a role or a password before the host, //HOST:PORT/DATABASE",
			"jdbc:postgresql://app:s3cret#/s3cret@db/notes, names a role or a password before the host, //db/notes",
			"jdbc:postgresql:app:s3cret@db/notes, names a role or a password before the host, //db/notes",
			"jdbc:postgres://app:s3cret?s3cret@db/notes, names a role or a password before the host, //HOST:PORT/DATABASE",
			"jdbc:postgres://db/notes, does not begin with jdbc:postgresql:, //db/notes",
			"jdbc:postgresql//db/notes?password=s3cret, does not begin with jdbc:postgresql:, //db/notes",
			"JDBC:postgresql://db/notes, does not begin with jdbc:postgresql:, //db/notes",
			"jdbc:postgresql://db:54x/notes?password=s3cret, is not understood by PostgreSQL's driver, //HOST:PORT/DATABASE",
			"jdbc:postgresql://db/notes?password=s3cret%, is not understood by PostgreSQL's driver, //HOST:PORT/DATABASE",
			"jdbc:postgresql://db:5432/notes&user=app&password=s3cret, does not write its parameters, //db:5432/notes?NAME=",
			"jdbc:postgresql://db/notes;User=app;Password=s3cret, does not write its parameters, //db/notes?NAME=",
			"jdbc:postgresql://db/notes;user=app;password=s3cret?x=y, does not write its parameters, //db/notes?NAME=" })
	void mistakeIsToldWithWhatToWrite(String url, String problem, String instead) {
		UrlMistake mistake = UrlMistake.of(url);
		assertThat(mistake).isNotNull();
		assertThat(mistake.problem()).startsWith(problem);
		assertThat(mistake.action()).startsWith("Write jdbc:postgresql:" + instead);
		assertThat(mistake + UrlMistake.shown(url)).doesNotContain("s3cret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:postgresql://db:5432/notes?user=x", "jdbc:postgresql:notes", "jdbc:postgresql:",
			"jdbc:postgresql://a,b:5433/notes", "jdbc:postgresql://[::1]:5432/notes", "jdbc:h2:mem:notes",
			"jdbc:postgresql://db/this&that;these", "jdbc:postgresql://db/notes?password=a;user=b&options=-c%20x=1;y=2",
			"jdbc:otel:postgresql://db/notes", "jdbc:tc:postgresql:16:///notes", "postgresqlish" })
	void otherUrlsAreNone(String url) {
		assertThat(UrlMistake.of(url)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql://db:5432/notes?user=app@tenant&password=s3cr@t, jdbc:postgresql://db:5432/notes",
			"jdbc:postgresql://app:1234?s3cret@db/notes, jdbc:postgresql://...",
			"jdbc:postgresql://db/notes&user=app&password=s3cret, jdbc:postgresql://db/notes",
			"jdbc:postgresql://db/notes&user=app&password=s3@cret, jdbc:postgresql://...",
			"jdbc:postgresql://db/this&that, jdbc:postgresql://db/this&that",
			"jdbc:tc:postgresql:16:///notes?x=y, jdbc:tc:postgresql:16:///notes", "notes, notes" })
	void noParameterIsShown(String url, String shown) {
		assertThat(UrlMistake.shown(url)).isEqualTo(shown);
	}

}
