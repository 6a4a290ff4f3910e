package dev.pgkeel.actuate;

import java.util.List;

import dev.pgkeel.schema.SchemaReport;
import dev.pgkeel.schema.SchemaReport.AppliedScript;

/**
 * The schema scripts.
 *
 * @param outcome the outcome of the run
 * @param durationMs the duration of the run in milliseconds
 * @param scripts the scripts in the order in which they ran
 * @param created the objects that the run created
 * @param altered the objects that the run altered
 * @param dropped the objects that the run dropped
 * @param drift what was no longer as the run before had left it
 * @since 0.1.0
 */
public record SchemaDescriptor(String outcome, long durationMs, List<ScriptDescriptor> scripts, List<String> created,
		List<String> altered, List<String> dropped, List<String> drift) {

	static SchemaDescriptor of(SchemaReport report) {
		return new SchemaDescriptor(report.outcome().toString(), report.duration().toMillis(),
				report.scripts().stream().map(ScriptDescriptor::of).toList(), report.changes().created(),
				report.changes().altered(), report.changes().dropped(), report.drift());
	}

	/**
	 * One schema script.
	 *
	 * @param name the file's name
	 * @param checksum the SHA-256 of its text
	 * @param outcome what became of it
	 * @param statements how many statements it has
	 * @param durationMs how long its statements took, in milliseconds
	 */
	public record ScriptDescriptor(String name, String checksum, String outcome, int statements, long durationMs) {

		static ScriptDescriptor of(AppliedScript script) {
			return new ScriptDescriptor(script.name(), script.checksum(), script.outcome().toString(),
					script.statements(), script.duration().toMillis());
		}

	}

}
