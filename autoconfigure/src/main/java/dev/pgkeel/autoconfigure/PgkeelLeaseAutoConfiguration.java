package dev.pgkeel.autoconfigure;

import java.util.Objects;

import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.RuntimeProfile;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/**
 * Auto-configuration of the pools' leases: who holds a connection, and how one that was
 * leaked comes back.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelAutoConfiguration.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ConditionalOnSwitch("pgkeel.leak.enabled")
public class PgkeelLeaseAutoConfiguration {

	@Bean
	static LeaseBeanPostProcessor pgkeelLeaseBeanPostProcessor(ObjectProvider<LeaseGuard> pgkeelLeaseGuard) {
		return new LeaseBeanPostProcessor(pgkeelLeaseGuard);
	}

	@Bean
	LeasedPools pgkeelLeasedPools() {
		return new LeasedPools();
	}

	@Bean
	LeaseGuard pgkeelLeaseGuard(PgkeelProperties properties, ActiveProfile pgkeelActiveProfile,
			LeasedPools pgkeelLeasedPools, ApplicationEventPublisher events,
			ConfigurableListableBeanFactory beanFactory) {
		LeakProperties leak = properties.leak();
		LeakCapture usual = (pgkeelActiveProfile.profile() == RuntimeProfile.DEVELOPMENT) ? LeakCapture.ALWAYS
				: LeakCapture.ADAPTIVE;
		LeakSettings settings = new LeakSettings(properties.mode(), leak.suspectAfter(), leak.collectWhenStarved(),
				Objects.requireNonNullElse(leak.capture(), usual),
				pgkeelActiveProfile.profile() != RuntimeProfile.SERVERLESS);
		return new LeaseGuard(settings, pgkeelLeasedPools, events::publishEvent, new JndiBeans(beanFactory)::contains,
				(beanName) -> outlivesContext(beanName, beanFactory));
	}

	/**
	 * An empty name of the method that destroys the bean means that none does.
	 */
	private static boolean outlivesContext(String beanName, ConfigurableListableBeanFactory beanFactory) {
		return beanFactory.containsBeanDefinition(beanName)
				&& "".equals(beanFactory.getMergedBeanDefinition(beanName).getDestroyMethodName());
	}

}
