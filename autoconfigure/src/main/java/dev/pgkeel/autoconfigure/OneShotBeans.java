package dev.pgkeel.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Leaves an application that is run for one purpose nothing else to do: its beans are
 * made only where something asks for them, nothing is started in the background, and its
 * runners do not run.
 */
final class OneShotBeans {

	private OneShotBeans() {
	}

	static void restrict(ConfigurableListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			beanFactory.getBeanDefinition(name).setLazyInit(true);
		}
		for (Class<?> runner : List.of(ApplicationRunner.class, CommandLineRunner.class)) {
			remove(beanFactory, runner);
		}
		// Spring 7.0 makes and starts a SmartLifecycle bean even if it is lazy
		beanFactory.registerSingleton(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, new NothingToStart());
	}

	static void remove(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
		if (beanFactory instanceof BeanDefinitionRegistry registry) {
			for (String bean : beanFactory.getBeanNamesForType(type, true, false)) {
				String name = BeanFactoryUtils.transformedBeanName(bean);
				if (registry.containsBeanDefinition(name)) {
					registry.removeBeanDefinition(name);
				}
			}
		}
	}

	/**
	 * Starts nothing.
	 */
	private static final class NothingToStart implements LifecycleProcessor {

		@Override
		public void onRefresh() {
			// Nothing is started
		}

		@Override
		public void onClose() {
			// Nothing was started
		}

		@Override
		public void start() {
			// Nothing is started
		}

		@Override
		public void stop() {
			// Nothing was started
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

}
