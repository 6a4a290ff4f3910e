package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Consumer;

import org.springframework.aot.AotDetector;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.Compiled;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

/**
 * An application that is processed ahead of time, as its build does, and then run. A test
 * that runs it needs a class loader of its own
 * ({@link org.springframework.core.test.tools.CompileWithForkedClassLoader}).
 */
final class ProcessedAheadOfTime {

	private final TestGenerationContext generation;

	private final ClassName initializer;

	private ProcessedAheadOfTime(TestGenerationContext generation, ClassName initializer) {
		this.generation = generation;
		this.initializer = initializer;
	}

	/**
	 * Processes an application.
	 * @param application its configuration
	 * @param properties what is set during the build
	 */
	static ProcessedAheadOfTime of(Class<?> application, String... properties) {
		AnnotationConfigApplicationContext prepared = new AnnotationConfigApplicationContext();
		prepared.setClassLoader(new WithoutFlowable(application.getClassLoader()));
		TestPropertyValues.of(properties).applyTo(prepared);
		prepared.register(application);
		TestGenerationContext generation = new TestGenerationContext(application);
		ClassName[] initializer = new ClassName[1];
		TestPropertyValues.of(AbstractAotProcessor.AOT_PROCESSING + "=true").applyToSystemProperties(() -> {
			initializer[0] = new ApplicationContextAotGenerator().processAheadOfTime(prepared, generation);
			return null;
		});
		return new ProcessedAheadOfTime(generation, initializer[0]);
	}

	RuntimeHints hints() {
		return this.generation.getRuntimeHints();
	}

	/**
	 * Compiles the application.
	 * @param test runs it
	 */
	void compile(Consumer<CompiledAheadOfTime> test) {
		this.generation.writeGeneratedContent();
		TestCompiler.forSystem()
			.with(this.generation)
			.compile((compiled) -> test.accept((run,
					properties) -> run(initializer(compiled, this.initializer.canonicalName()), run, properties)));
	}

	@SuppressWarnings("unchecked")
	private static ApplicationContextInitializer<GenericApplicationContext> initializer(Compiled compiled,
			String className) {
		return compiled.getInstance(ApplicationContextInitializer.class, className);
	}

	private static void run(ApplicationContextInitializer<GenericApplicationContext> initializer,
			Consumer<GenericApplicationContext> test, String... properties) {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			TestPropertyValues.of(properties).applyTo(context);
			TestPropertyValues.of(AotDetector.AOT_ENABLED + "=true").applyToSystemProperties(() -> {
				initializer.initialize(context);
				context.refresh();
				test.accept(context);
				return null;
			});
		}
	}

	/**
	 * Such an application when it is compiled.
	 */
	@FunctionalInterface
	interface CompiledAheadOfTime {

		/**
		 * Runs it.
		 * @param test gets its context, and may close it
		 * @param properties what is set when it runs
		 */
		void run(Consumer<GenericApplicationContext> test, String... properties);

	}

	/**
	 * Hides what Flowable, which is here without its own libraries, contributes.
	 */
	private static final class WithoutFlowable extends ClassLoader {

		WithoutFlowable(ClassLoader parent) {
			super(parent);
		}

		@Override
		public Enumeration<URL> getResources(String name) throws IOException {
			return Collections.enumeration(Collections.list(super.getResources(name))
				.stream()
				.filter((resource) -> !resource.getPath().contains("flowable"))
				.toList());
		}

	}

}
