package dev.pgkeel.autoconfigure;

import org.springframework.context.LifecycleProcessor;

/**
 * Starts nothing. Spring's own processor makes each {@code SmartLifecycle} bean, lazy or
 * not, in order to start it (Spring Framework 7.0): listeners of queues would begin to
 * work.
 */
class NothingStarts implements LifecycleProcessor {

	@Override
	public void start() {
	}

	@Override
	public void stop() {
	}

	@Override
	public boolean isRunning() {
		return false;
	}

}
