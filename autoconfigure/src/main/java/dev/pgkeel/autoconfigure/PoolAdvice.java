package dev.pgkeel.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.ServerFacts;
import org.jspecify.annotations.Nullable;

/**
 * What is unwise about a pool, though it works: said once at start, with the way out.
 */
final class PoolAdvice {

	/**
	 * What the driver also calls the slaves.
	 */
	private static final Set<String> STANDBYS = Set.of("secondary", "preferSecondary", "slave", "preferSlave");

	private PoolAdvice() {
	}

	/**
	 * Looks at what the user configured.
	 */
	static List<String> about(HikariConfig pool) {
		List<String> advice = new ArrayList<>();
		if (pool.getMinimumIdle() > pool.getMaximumPoolSize()) {
			advice.add("spring.datasource.hikari.minimum-idle is " + pool.getMinimumIdle()
					+ ", above maximum-pool-size (" + pool.getMaximumPoolSize()
					+ "), and HikariCP takes it for the latter. Lower the one or raise the" + " other");
		}
		if (parameters(pool).getProperty("sslfactory", "").endsWith(".NonValidatingFactory")) {
			advice.add(
					"sslfactory is NonValidatingFactory, which trusts any server, whatever sslmode says. Remove it, and"
							+ " set pgkeel.tls.root-certificate, or pgkeel.tls.mode=require if that is what is meant");
		}
		aboutPlaceholder("username", pool.getUsername(), advice);
		aboutPlaceholder("password", pool.getPassword(), advice);
		return advice;
	}

	private static void aboutPlaceholder(String property, @Nullable String value, List<String> advice) {
		String name = Placeholders.unresolvedIn(value);
		if (name != null) {
			advice.add("its " + property + " contains the placeholder ${" + name + "}, which nothing resolves. Set "
					+ name + " as an environment variable or a property");
		}
	}

	/**
	 * Looks at what the first connection found.
	 */
	static List<String> about(HikariConfig pool, ServerFacts facts, Pooler pooler, RuntimeProfile profile) {
		List<String> advice = new ArrayList<>();
		if (!facts.isSupported()) {
			advice.add("the server is PostgreSQL " + facts.version()
					+ ", and pgkeel supports 14 and later: there are no schema scripts and no monitor, and the rest is"
					+ " not tested there. Upgrade the server");
		}
		if (facts.standby() && !pool.isReadOnly() && !isMeantToRead(parameters(pool))) {
			advice.add("the server is a standby and accepts no writes, but the pool is not read-only. Connect to the"
					+ " primary (targetServerType=primary in a URL with several hosts), or set"
					+ " spring.datasource.hikari.read-only=true");
		}
		if (pooler == Pooler.DIRECT && profile == RuntimeProfile.SERVERLESS) {
			advice.add(
					"serverless instances connect to the server itself: each holds a session of its own, and a burst of"
							+ " instances takes all " + facts.limits().usable()
							+ " of them. Connect through a pooler in"
							+ " transaction mode, and set pgkeel.direct.url to the server itself for schema scripts");
		}
		return advice;
	}

	private static boolean isMeantToRead(Properties parameters) {
		return STANDBYS.contains(parameters.getProperty("targetServerType", ""))
				|| "true".equalsIgnoreCase(parameters.getProperty("readOnly"));
	}

	private static Properties parameters(HikariConfig pool) {
		Properties parameters = new Properties();
		parameters.putAll(pool.getDataSourceProperties());
		parameters.putAll(DatabaseTarget.urlParameters(pool));
		return parameters;
	}

}
