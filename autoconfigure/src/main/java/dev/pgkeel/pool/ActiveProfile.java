package dev.pgkeel.pool;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The runtime profile in force, never {@link RuntimeProfile#AUTO}.
 *
 * @param profile the profile
 * @param reason why this one, such as {@code declared}
 * @since 0.1.0
 */
public record ActiveProfile(RuntimeProfile profile, String reason) implements AopInfrastructureBean {

	@Override
	public String toString() {
		return this.profile + " (" + this.reason + ")";
	}

}
