package dev.pgkeel.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.function.BiConsumer;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import org.jspecify.annotations.Nullable;

/**
 * One value that a profile chooses for one setting of a pool.
 *
 * @param <T> the type of the value
 * @param name the setting's name
 * @param property the property below {@code spring.datasource.hikari} that overrides it
 * @param value the value
 * @param reason why this value
 * @param reader reads the setting, {@code null} if it has none
 * @param writer writes the setting, {@code null} to remove it
 */
record PoolDefault<T>(String name, String property, T value, String reason, Function<HikariConfig, @Nullable T> reader,
		BiConsumer<HikariConfig, @Nullable T> writer) {

	private static final String DRIVER_PROPERTIES = "data-source-properties.";

	static PoolDefault<Integer> ofSize(String name, String property, int value, String reason,
			Function<HikariConfig, @Nullable Integer> reader, BiConsumer<HikariConfig, Integer> writer) {
		return new PoolDefault<>(name, property, value, reason, reader,
				(config, size) -> writer.accept(config, Objects.requireNonNull(size)));
	}

	static PoolDefault<Duration> ofTime(String name, String property, Duration value, String reason,
			Function<HikariConfig, Long> reader, BiConsumer<HikariConfig, Long> writer) {
		return new PoolDefault<>(name, property, value, reason, (config) -> Duration.ofMillis(reader.apply(config)),
				(config, time) -> writer.accept(config, Objects.requireNonNull(time).toMillis()));
	}

	static PoolDefault<String> ofDriverProperty(String name, String value, String reason) {
		return new PoolDefault<>(name, DRIVER_PROPERTIES + name, value, reason,
				(config) -> config.getDataSourceProperties().getProperty(name), (config, text) -> {
					Properties properties = config.getDataSourceProperties();
					if (text != null) {
						properties.setProperty(name, text);
					}
					else {
						properties.remove(name);
					}
				});
	}

	boolean isDriverProperty() {
		return this.property.startsWith(DRIVER_PROPERTIES);
	}

	PoolDefault<T> with(T value, String reason) {
		return new PoolDefault<>(this.name, this.property, value, reason, this.reader, this.writer);
	}

	/**
	 * Returns whether two pools agree in this setting.
	 */
	boolean same(HikariConfig one, HikariConfig other) {
		return Objects.equals(this.reader.apply(one), this.reader.apply(other));
	}

	boolean isIn(HikariConfig config) {
		return this.value.equals(this.reader.apply(config));
	}

	void writeTo(HikariConfig config) {
		this.writer.accept(config, this.value);
	}

	void copy(HikariConfig from, HikariConfig to) {
		this.writer.accept(to, this.reader.apply(from));
	}

	/**
	 * Returns the value that a pool has, as a person would write it.
	 */
	String text(HikariConfig config) {
		return text(this.reader.apply(config));
	}

	/**
	 * Returns the value that the profile chooses, as a person would write it.
	 */
	String text() {
		return text(this.value);
	}

	private static String text(@Nullable Object value) {
		if (value instanceof Duration time) {
			return text(time);
		}
		if (value instanceof Integer size && size < 0) {
			return "same as maximumPoolSize";
		}
		return (value != null) ? value.toString() : "unset";
	}

	private static String text(Duration time) {
		if (time.isZero()) {
			return "off";
		}
		if (time.toMillisPart() != 0) {
			return time.toMillis() + " ms";
		}
		return (time.toSecondsPart() != 0 || time.toMinutes() < 2) ? time.toSeconds() + " s"
				: time.toMinutes() + " min";
	}

}
