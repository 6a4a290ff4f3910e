package dev.pgkeel.actuate;

import java.util.List;

import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.ScriptAdvice;
import org.jspecify.annotations.Nullable;

/**
 * Advice about a statement of a schema script.
 *
 * @param place the script, the line and the column
 * @param severity how bad it is: error, warning or hint
 * @param id the rule's id
 * @param message what is wrong
 * @param rewrite what to write instead
 * @since 0.1.0
 */
public record AdviceDescriptor(String place, String severity, String id, @Nullable String message,
		@Nullable String rewrite) {

	static List<AdviceDescriptor> of(@Nullable SchemaInitializer schema, ShownValues values) {
		return (schema != null) ? schema.advice().stream().map((advice) -> of(advice, values)).toList() : List.of();
	}

	/**
	 * Both texts repeat what the script says.
	 */
	private static AdviceDescriptor of(ScriptAdvice advice, ShownValues values) {
		return new AdviceDescriptor(advice.script() + ":" + advice.position(), advice.severity(), advice.id(),
				values.value("schemaAdvice.message", advice.message()),
				values.value("schemaAdvice.rewrite", advice.rewrite()));
	}

}
