package dev.pgkeel.schema;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Position}, and for places in a statement.
 */
class PositionTests {

	@ParameterizedTest
	@CsvSource({ "0, 1, 1", "2, 1, 3", "3, 1, 4", "4, 2, 1", "5, 3, 1", "7, 3, 2", "8, 3, 3", "99, 3, 3" })
	void offsetBecomesLineAndColumnInCharacters(int offset, int line, int column) {
		// The emoji is one character of two
		assertThat(Position.of("abc\n\n\uD83D\uDE00x", offset)).isEqualTo(new Position(line, column));
	}

	@ParameterizedTest
	@CsvSource({ "1, 1, 2", "2, 2, 1", "3, 2, 2", "5, 3, 1", "6, 4, 1", "8, 5, 2" })
	void carriageReturnEndsALineToo(int offset, int line, int column) {
		assertThat(Position.of("a\rb\r\n\r\rc", offset)).isEqualTo(new Position(line, column));
	}

	@Test
	void placeInAStatementCountsFromTheScript() {
		SqlStatement statement = new SqlStatement(2, "select \uD83D\uDE00x,\n  y", new Position(7, 5), List.of(),
				List.of());
		assertThat(statement.positionOf(0)).isEqualTo(new Position(7, 5));
		assertThat(statement.positionOf(8)).isEqualTo(new Position(7, 13));
		assertThat(statement.positionOf(11)).isEqualTo(new Position(8, 1));
		assertThat(statement.positionOf(13)).isEqualTo(new Position(8, 3));
		assertThat(statement.positionOf(99)).isEqualTo(new Position(8, 4));
	}

	@Test
	void pointerStandsBelowItsPlace() {
		assertThat(new Position(1, 3).pointer("a\tb c").lines()).containsExactly("  a\tb c", "   \t^");
		assertThat(new Position(1, 1).pointer("abc").lines()).containsExactly("  abc", "  ^");
		assertThat(new Position(1, 9).pointer("abc").lines()).containsExactly("  abc", "     ^");
	}

	@Test
	void pointerWithoutAColumnIsTheLine() {
		assertThat(new Position(4, Position.UNKNOWN_COLUMN)).hasToString("4");
		assertThat(new Position(4, 2)).hasToString("4:2");
		assertThat(new Position(4, Position.UNKNOWN_COLUMN).pointer("abc")).isEqualTo("  abc");
	}

	@Test
	void longLineIsCutAroundThePlace() {
		String line = "a".repeat(100) + "X" + "b".repeat(100);
		assertThat(new Position(1, 101).pointer(line).lines())
			.containsExactly("  " + "a".repeat(60) + "X" + "b".repeat(59), "  " + " ".repeat(60) + "^");
		assertThat(new Position(1, 61).pointer(line).lines())
			.containsExactly("  " + "a".repeat(100) + "X" + "b".repeat(19), "  " + " ".repeat(60) + "^");
		assertThat(new Position(1, 101).pointer("a".repeat(120)).lines()).containsExactly("  " + "a".repeat(120),
				"  " + " ".repeat(100) + "^");
	}

}
