package dev.pgkeel.autoconfigure;

import java.util.List;
import java.util.function.Supplier;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Leaves an application that is run for one purpose nothing else to do: its beans are
 * made only where something asks for them, nothing is started in the background, none of
 * them hears the start, and its runners do not run.
 */
final class OneShotBeans {

	/**
	 * Listens to the context's start, and then makes what needs a web server (Spring MVC
	 * 7.0). In an application that was processed ahead of time it is there without one.
	 */
	private static final String NEEDS_A_WEB_SERVER = "mvcResourceUrlProvider";

	private OneShotBeans() {
	}

	/**
	 * Lets an application start only with the bean that ends it. A context without
	 * auto-configuration, such as a parent or Spring Cloud's bootstrap context, is not
	 * what was to run: the one that is comes later.
	 */
	static void demand(SpringApplication application, String end, Supplier<? extends RuntimeException> refusal) {
		application.addInitializers((context) -> context.addBeanFactoryPostProcessor((beans) -> {
			if (AutoConfigurationPackages.has(beans) && !beans.containsBeanDefinition(end)
					&& !AheadOfTime.isProcessing()) {
				throw refusal.get();
			}
		}));
	}

	/**
	 * Takes from the beans what they would do on their own.
	 * @param beanFactory the beans
	 * @param end the name of the bean that ends the application
	 */
	static void restrict(ConfigurableListableBeanFactory beanFactory, String end) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			beanFactory.getBeanDefinition(name).setLazyInit(true);
		}
		for (Class<?> runner : List.of(ApplicationRunner.class, CommandLineRunner.class)) {
			remove(beanFactory, runner);
		}
		if (beanFactory instanceof BeanDefinitionRegistry registry) {
			remove(registry, NEEDS_A_WEB_SERVER);
			remove(registry, AnnotationConfigUtils.EVENT_LISTENER_PROCESSOR_BEAN_NAME);
			replace(registry, AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME,
					new RootBeanDefinition(NothingStarts.class, NothingStarts::new));
			replace(registry, AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
					new RootBeanDefinition(OnlyTheEndHears.class, () -> new OnlyTheEndHears(beanFactory, end)));
		}
	}

	private static void replace(BeanDefinitionRegistry registry, String name, RootBeanDefinition definition) {
		remove(registry, name);
		registry.registerBeanDefinition(name, definition);
	}

	/**
	 * Removes all beans of a type.
	 */
	static void remove(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
		if (beanFactory instanceof BeanDefinitionRegistry registry) {
			for (String name : beanFactory.getBeanNamesForType(type, true, false)) {
				remove(registry, BeanFactoryUtils.transformedBeanName(name));
			}
		}
	}

	private static void remove(BeanDefinitionRegistry registry, String name) {
		if (registry.containsBeanDefinition(name)) {
			registry.removeBeanDefinition(name);
		}
	}

	/**
	 * Closes the context, but not before the application's {@code main} has ended: it may
	 * hand the context to {@link SpringApplication#exit}, as applications with jobs do,
	 * for which a closed one is a failure (Spring Boot 4.1).
	 * @param main the thread that runs the application
	 * @param context the context
	 */
	static void closeAfter(Thread main, ConfigurableApplicationContext context) {
		new Thread(() -> {
			try {
				main.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			context.close();
		}, "pgkeel-end").start();
	}

}
