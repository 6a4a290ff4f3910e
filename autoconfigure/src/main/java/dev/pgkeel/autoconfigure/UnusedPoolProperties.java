package dev.pgkeel.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.Environment;

/**
 * Properties of another pool than HikariCP, which this starter brings and Spring Boot
 * prefers: whoever had excluded it did not ask for that.
 */
final class UnusedPoolProperties {

	private static final Map<String, String> POOLS = new TreeMap<>(
			Map.of("spring.datasource.dbcp2", "org.apache.commons.dbcp2.BasicDataSource", "spring.datasource.tomcat",
					"org.apache.tomcat.jdbc.pool.DataSource", "spring.datasource.oracleucp",
					"oracle.ucp.jdbc.PoolDataSourceImpl"));

	private UnusedPoolProperties() {
	}

	/**
	 * Returns what to say of them where the pool is HikariCP.
	 */
	static List<String> in(Environment environment) {
		if (environment.containsProperty("spring.datasource.type")) {
			return List.of();
		}
		return POOLS.entrySet()
			.stream()
			.filter((pool) -> isSet(ConfigurationPropertyName.of(pool.getKey()), environment))
			.map((pool) -> pool.getKey() + ".* has no effect, since the pool is HikariCP, which pgkeel's starter brings"
					+ " and Spring Boot prefers. To keep the other one, which pgkeel leaves as it is, set"
					+ " spring.datasource.type=" + pool.getValue() + "; otherwise remove the properties")
			.toList();
	}

	private static boolean isSet(ConfigurationPropertyName prefix, Environment environment) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source.containsDescendantOf(prefix) == ConfigurationPropertyState.PRESENT) {
				return true;
			}
		}
		return false;
	}

}
