package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerMonitor;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of the server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgkeelMonitorAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(ServerMonitor.class)
public final class PgkeelMetersAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PgkeelMeters pgkeelMeters(ServerMonitor monitor, Refusals refusals, ObjectProvider<ConnectionAlerts> alerts) {
		return new PgkeelMeters(monitor, refusals, alerts.getIfAvailable());
	}

}
