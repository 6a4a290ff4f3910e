package dev.pgkeel.actuate;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Answers for Spring Boot's health component {@code db} without a connection of the pool.
 *
 * @since 0.1.0
 */
public final class WatchedDatabaseHealthIndicator implements HealthIndicator, AopInfrastructureBean {

	private final PgkeelHealthIndicator indicator;

	/**
	 * Creates an indicator.
	 * @param indicator the component that knows
	 */
	public WatchedDatabaseHealthIndicator(PgkeelHealthIndicator indicator) {
		this.indicator = indicator;
	}

	@Override
	public Health health() {
		return Health.status(this.indicator.health().getStatus()).withDetail("database", "PostgreSQL").build();
	}

}
