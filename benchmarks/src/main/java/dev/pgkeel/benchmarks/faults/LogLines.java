package dev.pgkeel.benchmarks.faults;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

import org.springframework.boot.logging.LoggingSystem;

/**
 * What applications log, kept instead of printed.
 */
final class LogLines extends AppenderBase<ILoggingEvent> {

	private static final String NAME = "lines";

	private static final List<String> WHO = List.of("dev.pgkeel.", "com.zaxxer.hikari.", "org.springframework.");

	private static final String FAILED_START = "LoggingFailureAnalysisReporter";

	private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

	private final boolean printing;

	private LogLines(boolean printing) {
		this.printing = printing;
	}

	/**
	 * Takes the logging over from Spring Boot, which would set it up with each start.
	 * @param printing whether to print warnings, too
	 */
	static void install(boolean printing) {
		System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
		LogLines lines = new LogLines(printing);
		LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
		context.reset();
		lines.setContext(context);
		lines.setName(NAME);
		lines.start();
		root().setLevel(Level.INFO);
		// The driver says the same as its exceptions
		java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.OFF);
		root().addAppender(lines);
	}

	static LogLines installed() {
		return (LogLines) root().getAppender(NAME);
	}

	private static Logger root() {
		return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
	}

	@Override
	protected void append(ILoggingEvent event) {
		if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
			this.events.add(event);
			if (this.printing) {
				System.err.println(event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage());
			}
		}
	}

	/**
	 * Forgets what was said so far.
	 */
	void forget() {
		this.events.clear();
	}

	/**
	 * Returns the first warning, of pgkeel if it said anything, else of HikariCP, else of
	 * Spring.
	 */
	String first() {
		return WHO.stream()
			.flatMap((who) -> events((logger) -> logger.startsWith(who)))
			.findFirst()
			.map((event) -> Failures.line(event.getFormattedMessage()))
			.orElse("nothing");
	}

	/**
	 * Returns how a start that failed explains itself.
	 * @param otherwise what it shows if it does not
	 */
	String failedStart(String otherwise) {
		return events((logger) -> logger.endsWith(FAILED_START)).findFirst()
			.map((event) -> Failures
				.line(event.getFormattedMessage().replaceFirst("(?s).*Description:", "").replace("Action:", "")))
			.orElse("a stack trace: " + otherwise);
	}

	private Stream<ILoggingEvent> events(Predicate<String> logger) {
		return this.events.stream()
			.filter((event) -> logger.test(event.getLoggerName())
					&& !event.getLoggerName().startsWith("dev.pgkeel.benchmarks."));
	}

}
