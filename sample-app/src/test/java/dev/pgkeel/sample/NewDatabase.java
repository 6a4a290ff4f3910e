package dev.pgkeel.sample;

import dev.pgkeel.testsupport.TestServer;

import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Points the service to an empty database on the tests' server.
 */
class NewDatabase implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		TestPropertyValues.of(TestServer.shared().newDatabase().properties()).applyTo(context);
	}

}
