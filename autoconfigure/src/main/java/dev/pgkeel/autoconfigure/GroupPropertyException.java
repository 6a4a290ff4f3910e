package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * A group of properties has a value itself. It may be meant for one that is a secret, and
 * is not told.
 */
final class GroupPropertyException extends RuntimeException {

	private final String group;

	private final @Nullable String switchedBy;

	/**
	 * Creates the exception.
	 * @param group the group
	 * @param switchedBy the property that switches it off, {@code null} if there is none
	 */
	GroupPropertyException(String group, @Nullable String switchedBy) {
		super(group + " is set, but is a group of properties, which has no value itself");
		this.group = group;
		this.switchedBy = switchedBy;
	}

	String getGroup() {
		return this.group;
	}

	@Nullable String getSwitchedBy() {
		return this.switchedBy;
	}

}
