package dev.pgkeel.autoconfigure;

import java.util.Collection;
import java.util.List;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.ResolvableType;

/**
 * Tells no bean of the start but the one that ends the application: others would be made
 * for it, work with the database, and change the exit code if they fail. Listeners that
 * are no beans, such as Spring Boot's own, hear all else.
 */
class OnlyTheEndHears extends SimpleApplicationEventMulticaster {

	private final BeanFactory beans;

	private final String end;

	OnlyTheEndHears(BeanFactory beans, String end) {
		super(beans);
		this.beans = beans;
		this.end = end;
	}

	@Override
	public void addApplicationListenerBean(String name) {
	}

	@Override
	protected Collection<ApplicationListener<?>> getApplicationListeners(ApplicationEvent event, ResolvableType type) {
		return (event instanceof ApplicationStartedEvent)
				? List.of(this.beans.getBean(this.end, ApplicationListener.class))
				: super.getApplicationListeners(event, type);
	}

}
