package dev.pgkeel.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.util.ClassUtils;

/**
 * Says in one line what Spring Boot would explain in several. Its own reporter writes
 * them to the log only.
 */
final class OneLineAnalysis {

	private static final Pattern PLACE = Pattern.compile(" in .*, line \\d+, column \\d+");

	private OneLineAnalysis() {
	}

	/**
	 * Explains a failure, by its root cause if nobody else can.
	 * @param failure the failure
	 * @param environment the environment
	 * @param beans the beans, {@code null} if it came before them
	 * @return what is wrong and what to do about it
	 */
	static String of(Throwable failure, Environment environment, @Nullable BeanFactory beans) {
		ArgumentResolver arguments = ArgumentResolver.of(Environment.class, environment);
		if (beans != null) {
			arguments = arguments.and(BeanFactory.class, beans);
		}
		for (FailureAnalyzer analyzer : SpringFactoriesLoader
			.forDefaultResourceLocation(ClassUtils.getDefaultClassLoader())
			.load(FailureAnalyzer.class, arguments, FailureHandler.handleMessage((message, ex) -> {
				// One that needs beans where there are none
			}))) {
			FailureAnalysis analysis = analyze(analyzer, failure);
			if (analysis != null) {
				return line(analysis);
			}
		}
		return unexplained(NestedExceptionUtils.getMostSpecificCause(failure));
	}

	/**
	 * A reader of YAML tells the place in a line of its own, and then shows what is
	 * there, which may be a secret.
	 */
	private static String unexplained(Throwable cause) {
		String message = String.valueOf(cause.getMessage());
		Matcher place = PLACE.matcher(message);
		String told = place.find() ? line(message.substring(0, place.end()))
				: message.lines().findFirst().orElse("null");
		return told.contains(" ") ? told : cause.getClass().getSimpleName() + ": " + told;
	}

	private static @Nullable FailureAnalysis analyze(FailureAnalyzer analyzer, Throwable failure) {
		try {
			return analyzer.analyze(failure);
		}
		catch (RuntimeException | LinkageError ex) {
			// As to Spring Boot: another one may know
			return null;
		}
	}

	private static String line(FailureAnalysis analysis) {
		String description = line(analysis.getDescription());
		String action = analysis.getAction();
		return (action != null) ? description.replaceFirst("[.:]$", "") + ". " + line(action) : description;
	}

	private static String line(String text) {
		return text.strip().replaceAll("\\s+", " ");
	}

}
