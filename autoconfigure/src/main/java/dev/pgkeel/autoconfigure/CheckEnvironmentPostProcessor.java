package dev.pgkeel.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.pgkeel.alert.CheckResult;

import org.springframework.boot.ApplicationContextFactory;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/**
 * Leaves nothing of the application but the way to its database when it only checks the
 * server: no web server, no scripts, no log.
 */
class CheckEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String PROPERTY = "pgkeel.check";

	private static final String NAME = "pgkeelCheck";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		BareOptions.complete(environment);
		if (isCheck(environment)) {
			OneShotBeans.demand(application, PgkeelCheckAutoConfiguration.END,
					() -> new CheckException(CheckResult.unknown(problem(environment)), null));
			Map<String, Object> properties = new LinkedHashMap<>();
			properties.put("spring.main.web-application-type", "none");
			properties.put("spring.main.keep-alive", "false");
			properties.put("spring.main.banner-mode", "off");
			properties.put("spring.main.log-startup-info", "false");
			properties.put("logging.level.root", "off");
			// They give loggers levels of their own
			properties.put("debug", "false");
			properties.put("trace", "false");
			properties.put("pgkeel.schema.enabled", "false");
			properties.put("pgkeel.monitor.enabled", "false");
			// Its own server would be fine whatever becomes of the one that is meant
			properties.put("pgkeel.embedded.enabled", "false");
			environment.getPropertySources().addFirst(new MapPropertySource(NAME, properties));
			application.setApplicationContextFactory(ApplicationContextFactory.of(CheckContext::new));
		}
	}

	private static String problem(Environment environment) {
		return Switch.isOn(environment, OnSwitchCondition.PGKEEL, true) ? "nothing here checks"
				: "pgkeel.enabled is " + environment.getProperty(OnSwitchCondition.PGKEEL);
	}

	static boolean isCheck(Environment environment) {
		return Switch.isOn(environment, PROPERTY, false);
	}

	/**
	 * After the configuration files have been read.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
