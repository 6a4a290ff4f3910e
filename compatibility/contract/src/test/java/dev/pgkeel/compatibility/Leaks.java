package dev.pgkeel.compatibility;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgkeel.lease.ConnectionLeakEvent;

import org.springframework.context.event.EventListener;

/**
 * The leaks that an application was told of.
 */
public class Leaks {

	private final List<ConnectionLeakEvent> events = new CopyOnWriteArrayList<>();

	@EventListener
	void remember(ConnectionLeakEvent event) {
		this.events.add(event);
	}

	/**
	 * Returns them, oldest first.
	 * @return the events so far
	 */
	public List<ConnectionLeakEvent> events() {
		return this.events;
	}

}
