package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.tls.BundleSocketFactory;
import dev.pgkeel.tls.NegotiatingSocketFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to keep for the pool.
 */
final class PoolRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		// HikariConfig.copyStateTo goes through the fields (HikariCP 7.0 and 7.1)
		hints.reflection().registerType(HikariConfig.class, MemberCategory.ACCESS_DECLARED_FIELDS);
		// The driver makes them, by the names of their classes
		hints.reflection()
			.registerType(BundleSocketFactory.class, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)
			.registerType(NegotiatingSocketFactory.class, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
	}

}
