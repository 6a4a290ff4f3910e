package dev.pgkeel.autoconfigure;

import dev.pgkeel.alert.CheckResult;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/**
 * The application's context while it only checks the server: if it cannot be made, nobody
 * can tell how full the server is.
 */
final class CheckContext extends AnnotationConfigApplicationContext {

	@Override
	public void refresh() {
		try {
			super.refresh();
		}
		catch (RuntimeException ex) {
			throw new CheckException(CheckResult.unknown("the application's configuration failed: "
					+ NestedExceptionUtils.getMostSpecificCause(ex).getMessage()), ex);
		}
	}

}
