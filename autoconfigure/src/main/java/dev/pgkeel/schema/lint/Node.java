package dev.pgkeel.schema.lint;

import java.util.List;

/**
 * A part of a script or of a PL/pgSQL body, in the order in which it runs.
 */
sealed interface Node {

	/**
	 * A statement of SQL.
	 *
	 * @param actions what it does
	 * @param place where it is
	 * @param text its first words
	 */
	record Sql(List<Action> actions, Place place, String text) implements Node {

		String oneLine() {
			return this.text.replaceAll("\\s+", " ");
		}

	}

	/**
	 * What runs only if a condition holds, or once for each row.
	 *
	 * @param guards whether the condition looks whether something is to do
	 * @param body what runs then
	 */
	record Branch(boolean guards, List<Node> body) implements Node {

	}

	/**
	 * Leaves the block.
	 */
	record Exit() implements Node {

	}

	/**
	 * A block with its handlers.
	 *
	 * @param body what it does
	 * @param handlers what catches its errors
	 */
	record Block(List<Node> body, List<Handler> handlers) implements Node {

		boolean catches(String state) {
			return this.handlers.stream().anyMatch((handler) -> handler.catches(state));
		}

	}

	/**
	 * A handler of a block.
	 *
	 * @param conditions the conditions it is for, in lower case
	 * @param silent whether it says nothing about the error
	 * @param body what it does
	 * @param place where it is
	 */
	record Handler(List<String> conditions, boolean silent, List<Node> body, Place place) {

		boolean catches(String state) {
			return this.conditions.stream().anyMatch((condition) -> Conditions.catches(condition, state));
		}

	}

}
