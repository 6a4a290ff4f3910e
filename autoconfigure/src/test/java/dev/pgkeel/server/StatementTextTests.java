package dev.pgkeel.server;

import java.util.Random;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StatementText}.
 */
class StatementTextTests {

	@ParameterizedTest
	@CsvSource(delimiterString = " => ", quoteCharacter = '~', textBlock = """
			select 1 => select ?
			select $1, t1.c2 from t1 => select $1, t1.c2 from t1
			insert into notes values ('secret', 12.5e3, x'ff') => insert into notes values (?, ?, x?)
			where name = 'O''Hara' and id = 7 => where name = ? and id = ?
			where name = E'O\\'Hara; secret' and a => where name = E? and a
			where name = e'it\\\\' and a => where name = e? and a
			where date'2020-01-01' < d => where date? < d
			select "my ""column"" 'x'" from "T 1" => select "my ""column"" 'x'" from "T 1"
			do $body$ secret 'x' $body$ language plpgsql => do ? language plpgsql
			select $$secret$$, $$ cut => select ?, ?
			select a -- secret => select a
			select a /* secret /* deeper */ still */ from t => select a from t
			select 'cut secr => select ?
			where path = 'C:\\' and name = 'secret' => where path = ?
			select a$b$c from t where d = 'x$b$secret' => select a$b$c from t where d = ?
			select 1_000, .5, 0xff => select ?, .?, ?
			select a /* cut secr => select a
			""")
	void valuesAreTakenOut(String statement, String shown) {
		assertThat(StatementText.withoutValues(statement)).isEqualTo(shown);
	}

	@Test
	void nothingStaysNothing() {
		assertThat(StatementText.withoutValues(null)).isNull();
		assertThat(StatementText.withoutValues("  ")).isNull();
	}

	@Test
	void anyTextIsReadToItsEnd() {
		Random random = new Random(1);
		String alphabet = "'\"$-/*\\eE1a_ .\n";
		for (int i = 0; i < 20_000; i++) {
			String text = random.ints(random.nextInt(24), 0, alphabet.length())
				.mapToObj((at) -> String.valueOf(alphabet.charAt(at)))
				.collect(Collectors.joining());
			assertThat(StatementText.withoutValues(text)).as(text)
				.satisfiesAnyOf((shown) -> assertThat(shown).isNull(),
						(shown) -> assertThat(shown).doesNotContain("\n"));
		}
	}

}
