package dev.pgkeel.lease;

import java.lang.management.ManagementFactory;

import com.sun.management.HotSpotDiagnosticMXBean;

/**
 * Whether the JVM collects garbage when it is asked to.
 *
 * @since 0.1.0
 */
public final class ExplicitCollections {

	private ExplicitCollections() {
	}

	/**
	 * Returns whether the JVM was told not to ({@code -XX:+DisableExplicitGC}).
	 * @return whether that is certain
	 */
	public static boolean areDisabled() {
		try {
			HotSpotDiagnosticMXBean diagnostics = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
			return diagnostics != null && Boolean.parseBoolean(diagnostics.getVMOption("DisableExplicitGC").getValue());
		}
		catch (IllegalArgumentException | LinkageError ex) {
			return false;
		}
	}

}
