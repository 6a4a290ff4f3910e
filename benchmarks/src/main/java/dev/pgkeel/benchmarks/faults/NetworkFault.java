package dev.pgkeel.benchmarks.faults;

import java.util.Objects;

import dev.pgkeel.benchmarks.Wire;
import org.jspecify.annotations.Nullable;

/**
 * A fault of the network between the application and the server.
 */
abstract class NetworkFault extends LoadFault {

	private @Nullable Wire wire;

	NetworkFault(String name, String title) {
		super(name, title);
	}

	@Override
	void arrange(Scene scene) {
		this.wire = Wire.to(scene.place().database().jdbcUrl());
	}

	final Wire wire() {
		return Objects.requireNonNull(this.wire, "There is no wire yet");
	}

	/**
	 * Returns the host that the application knows.
	 */
	String host() {
		return "127.0.0.1";
	}

	@Override
	String url(Scene scene) {
		return "jdbc:postgresql://" + host() + ":" + wire().port() + "/" + scene.place().database().name();
	}

	@Override
	boolean hasBystander() {
		return false;
	}

	@Override
	void cleanUp(Scene scene) {
		wire().close();
	}

}
