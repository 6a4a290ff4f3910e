package dev.pgkeel.autoconfigure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.util.function.SingletonSupplier;

/**
 * The application's data source, and whether it is still to be made. With lazy
 * initialization it is made late, or never. Safe for use by several threads.
 */
final class LazyDataSource implements BeanPostProcessor, BeanFactoryAware, AopInfrastructureBean {

	private final SingletonSupplier<DataSource> dataSource;

	private final Set<String> made = ConcurrentHashMap.newKeySet();

	@SuppressWarnings("NullAway.Init")
	private ConfigurableListableBeanFactory beans;

	private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

	LazyDataSource(ObjectProvider<DataSource> dataSource) {
		this.dataSource = SingletonSupplier.of(dataSource::getObject);
	}

	/**
	 * As a parameter it would be looked for among the beans of all types, which makes
	 * factories of others too early.
	 */
	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beans = (ConfigurableListableBeanFactory) beanFactory;
	}

	/**
	 * Returns the data source, which is made if it is missing.
	 */
	DataSource get() {
		return this.dataSource.obtain();
	}

	/**
	 * Returns whether the data source is made lazily and was not needed yet.
	 */
	boolean isMissing() {
		return Arrays.stream(this.beans.getBeanNamesForType(DataSource.class, true, false))
			.filter((name) -> rank(name) >= 0)
			.max(Comparator.comparingInt(this::rank))
			.filter(this::isMissing)
			.isPresent();
	}

	private boolean isMissing(String name) {
		if (!this.beans.containsBeanDefinition(name) || this.beans.containsSingleton(name)
				|| this.made.contains(name)) {
			return false;
		}
		BeanDefinition definition = this.beans.getMergedBeanDefinition(name);
		return definition.isLazyInit() && definition.isSingleton();
	}

	/**
	 * Of several, the one that is injected has the highest.
	 */
	private int rank(String name) {
		if (!this.beans.containsBeanDefinition(name)) {
			return 1;
		}
		BeanDefinition definition = this.beans.getMergedBeanDefinition(name);
		if (!definition.isAutowireCandidate()
				|| (definition instanceof AbstractBeanDefinition named && !named.isDefaultCandidate())) {
			return -1;
		}
		return definition.isPrimary() ? 2 : (definition.isFallback() ? 0 : 1);
	}

	/**
	 * Waits for the data source without holding up anybody.
	 * @param then is run on a thread of its own when the data source is made
	 * @return whether it is still to be made
	 */
	boolean await(Runnable then) {
		this.waiting.set(then);
		return isMissing() || this.waiting.getAndSet(null) == null;
	}

	/**
	 * Who asks the context for the data source while another thread makes it waits for
	 * that thread, which may go on making others.
	 */
	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof DataSource) {
			this.made.add(beanName);
			if (this.waiting.get() != null && !isMissing()) {
				Runnable then = this.waiting.getAndSet(null);
				if (then != null) {
					Thread thread = new Thread(then, "pgkeel-monitor-start");
					thread.setDaemon(true);
					thread.start();
				}
			}
		}
		return bean;
	}

}
