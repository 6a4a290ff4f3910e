package dev.pgkeel.server;

import java.util.Locale;

/**
 * How much of one limit is in use.
 *
 * @param kind whose limit it is
 * @param used how many sessions count against it
 * @param limit the limit
 * @param upperBound whether {@code used} may be too high, since this role sees other
 * roles' sessions only in part
 * @since 0.1.0
 */
public record LimitUsage(Kind kind, int used, int limit, boolean upperBound) {

	/**
	 * Returns the part in use.
	 * @return the part in percent, above 100 if privileged roles use what is reserved
	 */
	public double percent() {
		return (this.limit > 0) ? 100.0 * this.used / this.limit : 100;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%s%d/%d connections%s (%d %%)", this.upperBound ? "at most " : "", this.used,
				this.limit, this.kind.suffix, Math.round(percent()));
	}

	/**
	 * Whose limit.
	 */
	public enum Kind {

		/**
		 * The server's, less what is reserved.
		 */
		SERVER(""),

		/**
		 * The role's own.
		 */
		ROLE(" of the role"),

		/**
		 * The database's own.
		 */
		DATABASE(" of the database");

		private final String suffix;

		Kind(String suffix) {
			this.suffix = suffix;
		}

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
