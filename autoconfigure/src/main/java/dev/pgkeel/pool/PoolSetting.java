package dev.pgkeel.pool;

import java.util.Locale;

/**
 * One setting of a pool, and where it comes from.
 *
 * @param name HikariCP's or the driver's name of the setting
 * @param value the value in force, with its unit
 * @param source who chose the value
 * @param reason why this value, or where the user set it
 * @since 0.1.0
 */
public record PoolSetting(String name, String value, Source source, String reason) {

	@Override
	public String toString() {
		return this.name + "=" + this.value;
	}

	/**
	 * Who chose a value.
	 */
	public enum Source {

		/**
		 * The runtime profile.
		 */
		PROFILE,

		/**
		 * The user, by property, JDBC URL or code.
		 */
		USER,

		/**
		 * What the server can give the whole fleet.
		 */
		BUDGET,

		/**
		 * The encryption.
		 */
		TLS,

		/**
		 * A pooler in between.
		 */
		POOLER,

		/**
		 * HikariCP's own default, left alone.
		 */
		HIKARI;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
