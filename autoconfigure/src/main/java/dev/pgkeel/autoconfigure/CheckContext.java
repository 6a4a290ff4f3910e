package dev.pgkeel.autoconfigure;

import dev.pgkeel.alert.CheckResult;

import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/**
 * The application's context while it only checks the server: if it cannot be made, nobody
 * can tell how full the server is. It reads no annotations by itself: Spring Boot has
 * that done where the application was not processed ahead of time.
 */
final class CheckContext extends GenericApplicationContext {

	@Override
	public void refresh() {
		try {
			super.refresh();
		}
		catch (CheckException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new CheckException(CheckResult.unknown("the application's configuration failed: "
					+ NestedExceptionUtils.getMostSpecificCause(ex).getMessage()), ex);
		}
	}

}
