package dev.pgkeel.autoconfigure;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The application's context while it only checks the server: if it cannot be made, nobody
 * can tell how full the server is. It reads no annotations by itself: Spring Boot has
 * that done where the application was not processed ahead of time.
 */
final class CheckContext extends GenericApplicationContext {

	@Override
	public void refresh() {
		try {
			super.refresh();
		}
		catch (CheckException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw CheckException.ofConfiguration(ex, getEnvironment(), getBeanFactory());
		}
	}

	/**
	 * Spring Boot announces the exit code before it sets it. A listener that needs what
	 * could not be made would fail then, and the code would be another one.
	 */
	@Override
	public void publishEvent(ApplicationEvent event) {
		if (isActive()) {
			super.publishEvent(event);
		}
	}

}
