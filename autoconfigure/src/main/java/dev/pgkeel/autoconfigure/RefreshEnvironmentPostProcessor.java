package dev.pgkeel.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Keeps a refresh of Spring Cloud's from binding a running pool again, which it leaves
 * out for HikariCP's pools by the name of their class (spring-cloud-context 5.0.2,
 * {@code ConfigurationPropertiesRebinder}): ours has another one.
 */
class RefreshEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String PROPERTY = "spring.cloud.refresh.never-refreshable";

	private static final String NAME = "pgkeelNeverRefreshable";

	private static final String REBINDER = "org.springframework.cloud.context.properties.ConfigurationPropertiesRebinder";

	/**
	 * What Spring Cloud takes where nothing is set.
	 */
	private static final String DEFAULT = "com.zaxxer.hikari.HikariDataSource";

	private static final String GUARDED = "dev.pgkeel.lease.GuardedDataSource";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!ClassUtils.isPresent(REBINDER, application.getClassLoader())) {
			return;
		}
		String left = environment.getProperty(PROPERTY, DEFAULT);
		if (!left.contains(GUARDED)) {
			environment.getPropertySources()
				.addFirst(new MapPropertySource(NAME, Map.of(PROPERTY, left + "," + GUARDED)));
		}
	}

	/**
	 * After the configuration files have been read.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
