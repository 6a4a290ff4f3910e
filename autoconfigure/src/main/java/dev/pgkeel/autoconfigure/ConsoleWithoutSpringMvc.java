package dev.pgkeel.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Says that there is no console in a web application that asks for one, but that Spring
 * MVC does not serve, as with WebFlux.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnSwitch(value = "pgkeel.console.enabled", matchIfMissing = false)
@ConditionalOnWebApplication
@Conditional(ConsoleWithoutSpringMvc.OnOther.class)
class ConsoleWithoutSpringMvc {

	private static final Log logger = LogFactory.getLog(ConsoleWithoutSpringMvc.class);

	ConsoleWithoutSpringMvc() {
		logger.warn("pgkeel.console.enabled is set, but does nothing: Spring MVC does not serve this application. Read"
				+ " the endpoint pgkeel instead, or remove the property");
	}

	/**
	 * Matches where Spring MVC does not serve.
	 */
	static class OnOther extends NoneNestedConditions {

		OnOther() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
		@ConditionalOnClass(name = "org.springframework.web.servlet.DispatcherServlet")
		static class SpringMvc {

		}

	}

}
