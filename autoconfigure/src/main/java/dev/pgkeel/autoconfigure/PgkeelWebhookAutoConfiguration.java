package dev.pgkeel.autoconfigure;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

import dev.pgkeel.alert.WebhookNotifier;
import dev.pgkeel.server.ApplicationInstance;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the webhook that is told of alerts.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelMonitorAutoConfiguration.class)
@ConditionalOnBean(name = "pgkeelConnectionAlerts", search = SearchStrategy.CURRENT)
@Conditional(PgkeelWebhookAutoConfiguration.OnUrl.class)
public class PgkeelWebhookAutoConfiguration {

	private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

	/**
	 * Where Spring's HTTP client is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.web.client.RestClient")
	static class WithClient {

		@Bean
		@Nullable WebhookNotifier pgkeelWebhookNotifier(PgkeelProperties properties,
				ApplicationInstance pgkeelApplicationInstance) {
			AlertProperties.Webhook webhook = properties.alert().webhook();
			String url = webhook.url();
			// Unless set, several may run
			boolean alone = Integer.valueOf(1).equals(properties.fleet().instances());
			return (url != null)
					? new WebhookNotifier(new RestClientWebhookSender(url, webhook.timeout()),
							pgkeelApplicationInstance, alone, FIRST_PAUSE, new SecureRandom(), Clock.systemUTC())
					: null;
		}

	}

	/**
	 * Where it is not.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("org.springframework.web.client.RestClient")
	static class WithoutClient {

		private static final Log logger = LogFactory.getLog(WithoutClient.class);

		WithoutClient(PgkeelProperties properties) {
			if (properties.alert().webhook().url() != null) {
				logger
					.warn("pgkeel.alert.webhook.url is set, but does nothing: Spring's HTTP client is not on the class"
							+ " path. Add org.springframework:spring-web, or remove the property");
			}
		}

	}

	/**
	 * Matches when there is an address, or when nobody knows yet, since the application
	 * is processed ahead of time. It is left out of the report of conditions.
	 */
	static class OnUrl implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			// A placeholder may have no value before run time
			return AheadOfTime.isProcessing()
					|| StringUtils.hasText(context.getEnvironment().getProperty("pgkeel.alert.webhook.url"));
		}

	}

}
