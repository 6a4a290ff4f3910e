package dev.pgkeel.autoconfigure;

import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;

/**
 * Warns about features that are switched off too late: in an application that was
 * processed ahead of time, Spring Boot decided then which features there are.
 */
final class LateSwitches {

	private static final Log logger = LogFactory.getLog(LateSwitches.class);

	/**
	 * Switches, and the beans that are not there when they are off. Schema scripts heed
	 * theirs at any time.
	 */
	private static final Map<String, String> SWITCHES = Map.of("pgkeel.enabled", "pgkeelApplicationInstance",
			"pgkeel.leak.enabled", "pgkeelLeasedPools", "pgkeel.monitor.enabled", "pgkeelServerMonitor",
			"pgkeel.alert.enabled", "pgkeelConnectionAlerts", "pgkeel.transaction.enabled", "pgkeelTransactionGuard",
			"pgkeel.console.enabled", "pgkeelConsoleEndpoint");

	private final Environment environment;

	private final BeanFactory beanFactory;

	LateSwitches(Environment environment, BeanFactory beanFactory) {
		this.environment = environment;
		this.beanFactory = beanFactory;
	}

	void check() {
		// The check itself switches features off
		if (AotDetector.useGeneratedArtifacts() && !CheckEnvironmentPostProcessor.isCheck(this.environment)) {
			SWITCHES.forEach((property, bean) -> {
				if (!this.environment.getProperty(property, Boolean.class, true)
						&& this.beanFactory.containsBean(bean)) {
					logger.warn(property + "=false comes too late: the application was processed ahead of time without"
							+ " it. Set it for the processing too, or start without spring.aot.enabled");
				}
			});
		}
	}

}
