package dev.pgkeel.pool;

import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.PropertyResolver;
import org.springframework.util.ClassUtils;

/**
 * Tells the runtime profile from the environment, when none is declared.
 *
 * @since 0.1.0
 */
public final class RuntimeProfileDetector {

	private static final Log logger = LogFactory.getLog(RuntimeProfileDetector.class);

	/**
	 * Variables that the platforms set themselves: AWS Lambda's "Defined runtime
	 * environment variables" and Azure Functions' "App settings reference".
	 */
	private static final List<String> SERVERLESS_VARIABLES = List.of("AWS_LAMBDA_FUNCTION_NAME",
			"FUNCTIONS_WORKER_RUNTIME", "AZURE_FUNCTIONS_ENVIRONMENT");

	/**
	 * The variable that Cloud Run services and Knative both set.
	 */
	private static final String KNATIVE_VARIABLE = "K_SERVICE";

	private static final String DEVTOOLS_CLASS = "org.springframework.boot.devtools.RemoteSpringApplication";

	private final PropertyResolver environment;

	private final @Nullable ClassLoader classLoader;

	/**
	 * Creates a detector.
	 * @param environment gives the environment's variables
	 * @param classLoader the application's class loader, or {@code null} for the default
	 */
	public RuntimeProfileDetector(PropertyResolver environment, @Nullable ClassLoader classLoader) {
		this.environment = environment;
		this.classLoader = classLoader;
	}

	/**
	 * Returns the profile in force, and logs what there is to consider about it.
	 * @param declared the profile that the user declared
	 * @return the declared one, or the one found if that is {@link RuntimeProfile#AUTO}
	 */
	public ActiveProfile detect(RuntimeProfile declared) {
		ActiveProfile profile = tell(declared);
		if (declared == RuntimeProfile.AUTO && profile.profile() == RuntimeProfile.LONG_LIVED
				&& this.environment.containsProperty(KNATIVE_VARIABLE)) {
			logger.info("Running on Cloud Run or Knative (" + KNATIVE_VARIABLE
					+ " is set) with the runtime profile long-lived. Set pgkeel.runtime-profile=serverless if each"
					+ " instance serves one request at a time and the service scales to zero; keep long-lived if"
					+ " instances serve several requests at once or a minimum number of them is always up");
		}
		return profile;
	}

	/**
	 * Returns the profile in force.
	 * @param declared the profile that the user declared
	 * @return the declared one, or the one found if that is {@link RuntimeProfile#AUTO}
	 */
	public ActiveProfile tell(RuntimeProfile declared) {
		if (declared != RuntimeProfile.AUTO) {
			return new ActiveProfile(declared, "declared");
		}
		for (String variable : SERVERLESS_VARIABLES) {
			if (this.environment.containsProperty(variable)) {
				return new ActiveProfile(RuntimeProfile.SERVERLESS, variable + " is set");
			}
		}
		if (ClassUtils.isPresent(DEVTOOLS_CLASS, this.classLoader)) {
			return new ActiveProfile(RuntimeProfile.DEVELOPMENT, "Spring Boot DevTools is on the class path");
		}
		return new ActiveProfile(RuntimeProfile.LONG_LIVED, "default");
	}

}
