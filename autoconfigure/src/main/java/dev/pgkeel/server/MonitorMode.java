package dev.pgkeel.server;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * How the monitor connects.
 *
 * @since 0.1.0
 */
public enum MonitorMode {

	/**
	 * Dedicated on a direct connection where one session per instance is at most 5 % of
	 * what is usable, else borrowed.
	 */
	AUTO,

	/**
	 * A connection of its own, kept beside the pool.
	 */
	DEDICATED,

	/**
	 * An idle connection of the pool, or one opened for the moment if there is none.
	 */
	BORROWED;

	private static final int LARGEST_PERCENTAGE = 5;

	/**
	 * Decides.
	 * @param server what is known of the server, if anything
	 * @param instances the most instances that run at once
	 * @param direct whether there is a way beside a pooler
	 * @return dedicated or borrowed
	 */
	public MonitorMode resolve(@Nullable KnownServer server, int instances, boolean direct) {
		boolean reachesServer = server != null && server.pooler() == Pooler.DIRECT;
		return switch (this) {
			case DEDICATED -> (reachesServer || direct) ? DEDICATED : BORROWED;
			case BORROWED -> BORROWED;
			case AUTO -> (reachesServer && server != null
					&& 100L * instances <= (long) LARGEST_PERCENTAGE * server.facts().limits().usable()) ? DEDICATED
							: BORROWED;
		};
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
