package dev.pgkeel.testsupport;

import java.lang.reflect.Modifier;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstancePreDestroyCallback;

import org.springframework.util.ReflectionUtils;

/**
 * Drops the databases that a test has in fields of its own once it is over: those of all
 * tests are gigabytes in hundreds of thousands of files, which take longer to remove at
 * the end than a JVM is given to exit.
 */
public final class DatabaseRemoval implements TestInstancePreDestroyCallback {

	@Override
	public void preDestroyTestInstance(ExtensionContext context) {
		TestInstancePreDestroyCallback.preDestroyTestInstances(context, DatabaseRemoval::removeThoseOf);
	}

	private static void removeThoseOf(Object test) {
		ReflectionUtils.doWithFields(test.getClass(), (field) -> {
			ReflectionUtils.makeAccessible(field);
			if (ReflectionUtils.getField(field, test) instanceof TestDatabase database) {
				TestServer.drop(database);
			}
		}, (field) -> field.getType() == TestDatabase.class && !Modifier.isStatic(field.getModifiers()));
	}

}
