package dev.pgkeel.server;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The monitor's way to the server, chosen once the server is known. Until then a
 * connection is only made for the moment.
 *
 * @since 0.1.0
 */
public final class ChosenConnection implements MonitorConnection {

	private final Supplier<@Nullable MonitorMode> choice;

	private final MonitorConnection dedicated;

	private final MonitorConnection borrowed;

	private volatile @Nullable MonitorConnection chosen;

	/**
	 * Creates a way.
	 * @param choice decides, {@code null} if it is too early to
	 * @param dedicated a connection of the monitor's own
	 * @param borrowed a connection of the pool
	 */
	public ChosenConnection(Supplier<@Nullable MonitorMode> choice, MonitorConnection dedicated,
			MonitorConnection borrowed) {
		this.choice = choice;
		this.dedicated = dedicated;
		this.borrowed = borrowed;
	}

	@Override
	public <T> T use(Work<T> work) throws SQLException {
		return connection().use(work);
	}

	private MonitorConnection connection() {
		MonitorConnection connection = this.chosen;
		if (connection == null) {
			MonitorMode mode = this.choice.get();
			connection = (mode == MonitorMode.DEDICATED) ? this.dedicated : this.borrowed;
			if (mode != null) {
				this.chosen = connection;
			}
		}
		return connection;
	}

	@Override
	public boolean isPossible() {
		return connection().isPossible();
	}

	@Override
	public boolean isDedicated() {
		return this.chosen == this.dedicated;
	}

	@Override
	public boolean isOpen() {
		return this.dedicated.isOpen();
	}

	@Override
	public void renew(Duration lifetime) {
		connection().renew(lifetime);
	}

	@Override
	public void close() {
		this.dedicated.close();
		this.borrowed.close();
	}

}
