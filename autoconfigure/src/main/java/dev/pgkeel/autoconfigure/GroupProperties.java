package dev.pgkeel.autoconfigure;

import java.util.List;

import org.springframework.util.StringUtils;

/**
 * Refuses a value for a group of properties, such as {@code pgkeel.monitor=false}: Spring
 * Boot would only say that it cannot be converted, and to what class.
 */
final class GroupProperties {

	private final List<UsedProperty> used;

	private final KnownProperties known;

	GroupProperties(List<UsedProperty> used, KnownProperties known) {
		this.used = used;
		this.known = known;
	}

	void check() {
		for (UsedProperty property : this.used) {
			String name = property.name();
			Object value = property.value();
			// A group that is left empty in YAML has an empty text
			if (value != null && StringUtils.hasText(value.toString()) && isGroup(name)) {
				String enabled = name + ".enabled";
				throw new GroupPropertyException(name, this.known.types().containsKey(enabled) ? enabled : null);
			}
		}
	}

	private boolean isGroup(String name) {
		return !this.known.surely(name)
				&& this.known.types().keySet().stream().anyMatch((other) -> other.startsWith(name + "."));
	}

}
