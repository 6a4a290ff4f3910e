package dev.pgkeel.autoconfigure;

import java.util.Locale;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/**
 * Auto-configuration that hides pgkeel's secret properties in Spring Boot's endpoints
 * {@code env} and {@code configprops}, whoever may see values there.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelAutoConfiguration.class)
@ConditionalOnClass(SanitizingFunction.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
public class PgkeelSanitizingAutoConfiguration {

	private static final Set<String> SECRETS = Set.of("pgkeelalertwebhookurl", "pgkeeldirecturl",
			"pgkeeldirectpassword");

	@Bean
	SanitizingFunction pgkeelSanitizingFunction() {
		return (data) -> SECRETS.contains(uniform(data)) ? data.withSanitizedValue() : data;
	}

	/**
	 * All ways to write a property, in a file or in the environment, come to the same.
	 */
	private static String uniform(SanitizableData data) {
		return data.getKey().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

}
