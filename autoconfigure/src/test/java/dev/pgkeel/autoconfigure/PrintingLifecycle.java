package dev.pgkeel.autoconfigure;

import org.springframework.context.SmartLifecycle;

/**
 * Says when it is started.
 *
 * @param text what it says
 */
record PrintingLifecycle(String text) implements SmartLifecycle {

	@Override
	public void start() {
		System.out.println(this.text);
	}

	@Override
	public void stop() {
		// Nothing to stop
	}

	@Override
	public boolean isRunning() {
		return false;
	}

}
