package dev.pgkeel.lease;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UserFrames}.
 */
class UserFramesTests {

	@Test
	void linesOfFrameworksAndGeneratedClassesAreNotTheUsers() {
		StackTraceElement user = frame("com.example.Notes");
		assertThat(UserFrames.in(new StackTraceElement[] { frame("java.lang.Object"), frame("org.postgresql.Driver"),
				frame("com.zaxxer.hikari.pool.HikariPool"), frame("org.springframework.jdbc.core.JdbcTemplate"),
				frame("com.example.Notes$$SpringCGLIB$$0"), frame("com.example.$Proxy12"),
				frame("com.example.Notes$$Lambda/0x1"), user, frame("com.example.Main") }))
			.isSameAs(user);
	}

	@Test
	void innermostLineIsShownWhereNoneIsTheUsers() {
		StackTraceElement innermost = frame("java.lang.Thread");
		assertThat(UserFrames.in(new StackTraceElement[] { innermost, frame("jdk.internal.misc.Unsafe") }))
			.isSameAs(innermost);
		assertThat(UserFrames.in(new StackTraceElement[0])).isNull();
	}

	@Test
	void classesOfTheUserMayHaveSimilarNames() {
		for (String name : new String[] { "javafoo.Notes", "org.postgres.Notes", "com.example.java.Notes" }) {
			StackTraceElement user = frame(name);
			assertThat(UserFrames.in(new StackTraceElement[] { frame("java.lang.Object"), user })).isSameAs(user);
		}
	}

	private static StackTraceElement frame(String className) {
		return new StackTraceElement(className, "find", "Source.java", 7);
	}

}
