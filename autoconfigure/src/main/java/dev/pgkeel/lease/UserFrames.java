package dev.pgkeel.lease;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Tells the user's code from that of frameworks, drivers and the JDK.
 */
final class UserFrames {

	private static final List<String> OTHERS = List.of("dev.pgkeel.lease.", "dev.pgkeel.transaction.", "java.",
			"javax.", "jdk.", "sun.", "com.sun.", "jakarta.", "com.zaxxer.hikari.", "org.postgresql.",
			"org.springframework.", "org.hibernate.", "org.jooq.", "org.apache.ibatis.", "org.mybatis.",
			"io.micrometer.", "io.opentelemetry.", "net.ttddyy.dsproxy.", "com.p6spy.", "reactor.", "kotlin.",
			"kotlinx.", "scala.", "groovy.", "org.codehaus.groovy.", "org.apache.groovy.", "org.aspectj.");

	private static final List<String> GENERATED = List.of("$$SpringCGLIB$$", "$$EnhancerBySpringCGLIB$$", "$Proxy",
			"$HibernateProxy$", "$$Lambda");

	private static final ClassValue<Boolean> USER = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return isUser(type.getName());
		}

	};

	private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private UserFrames() {
	}

	/**
	 * Returns the user's line that led here.
	 * @return the call site, {@code null} if there is none
	 */
	static @Nullable CallSite current() {
		return WALKER.walk((frames) -> frames.filter((frame) -> USER.get(frame.getDeclaringClass()))
			.findFirst()
			.map(CallSite::new)
			.orElse(null));
	}

	/**
	 * Returns the user's line that a thread is at.
	 * @param stack the thread's stack
	 * @return the line, or the innermost one if none is the user's, {@code null} if the
	 * stack is empty
	 */
	static @Nullable StackTraceElement in(StackTraceElement[] stack) {
		return Arrays.stream(stack)
			.filter((frame) -> isUser(frame.getClassName()))
			.findFirst()
			.orElse((stack.length > 0) ? stack[0] : null);
	}

	private static boolean isUser(String className) {
		return OTHERS.stream().noneMatch(className::startsWith) && GENERATED.stream().noneMatch(className::contains);
	}

}
