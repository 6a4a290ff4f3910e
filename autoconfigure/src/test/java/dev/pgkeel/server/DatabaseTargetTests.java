package dev.pgkeel.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.scope.ScopedProxyFactoryBean;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DatabaseTarget}.
 */
class DatabaseTargetTests {

	private static final String SERVICE_FILE = "org.postgresql.pgservicefile";

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql://db:5432/notes, POSTGRESQL", "jdbc:postgresql:notes, POSTGRESQL",
			"jdbc:tc:postgresql:15:///notes, WRAPPED_POSTGRESQL",
			"jdbc:aws-wrapper:postgresql://db/notes, WRAPPED_POSTGRESQL",
			"jdbc:otel:postgresql://db/notes, WRAPPED_POSTGRESQL",
			"jdbc:p6spy:postgresql://db/notes, WRAPPED_POSTGRESQL", "jdbc:h2:mem:notes, OTHER",
			"jdbc:mysql://postgresql:3306/notes, OTHER", "jdbc:h2:mem:x;INIT=jdbc:postgresql:, OTHER", ", UNKNOWN" })
	void urlTellsTheTarget(String url, DatabaseTarget expected) {
		assertThat(DatabaseTarget.ofSettings(url, null)).isEqualTo(expected);
	}

	@Test
	void dataSourceClassNameOutranksTheUrl() {
		assertThat(DatabaseTarget.ofSettings("jdbc:h2:mem:x", "org.postgresql.ds.PGSimpleDataSource"))
			.isEqualTo(DatabaseTarget.POSTGRESQL);
		assertThat(DatabaseTarget.ofSettings("jdbc:postgresql:x", "com.example.CustomDataSource"))
			.isEqualTo(DatabaseTarget.UNKNOWN);
	}

	@Test
	void poolIsFoundBehindSpringsProxies() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql:notes");
		LazyConnectionDataSourceProxy proxy = new LazyConnectionDataSourceProxy(pool);
		assertThat(DatabaseTarget.of(proxy)).isEqualTo(DatabaseTarget.POSTGRESQL);
		assertThat(DatabaseTarget.pool(proxy)).isSameAs(pool);
	}

	/**
	 * It is a pool by its class, but not the one that the application uses.
	 */
	@Test
	void poolIsFoundBehindAProxyOfItsClass() {
		HikariDataSource pool = new HikariDataSource();
		ProxyFactory factory = new ProxyFactory(pool);
		factory.setProxyTargetClass(true);
		HikariDataSource proxy = (HikariDataSource) factory.getProxy();
		assertThat(DatabaseTarget.pool(proxy)).isSameAs(pool);
		assertThat(DatabaseTarget.pool(new LazyConnectionDataSourceProxy(proxy))).isSameAs(pool);
	}

	@Test
	void poolOfAScopeIsFoundBehindItsProxy() {
		HikariDataSource pool = new HikariDataSource();
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		ScopedProxyFactoryBean factory = new ScopedProxyFactoryBean();
		factory.setTargetBeanName("scopedTarget.dataSource");
		beans.registerBeanDefinition("scopedTarget.dataSource",
				BeanDefinitionBuilder.rootBeanDefinition(HikariDataSource.class, () -> pool)
					.setScope("tenant")
					.getBeanDefinition());
		factory.setBeanFactory(beans);
		HikariDataSource proxy = (HikariDataSource) Objects.requireNonNull(factory.getObject());
		assertThat(DatabaseTarget.pool(proxy)).as("no such scope now").isSameAs(proxy);
		beans.registerScope("tenant", new SimpleThreadScope());
		assertThat(DatabaseTarget.pool(proxy)).isSameAs(pool);
	}

	@Test
	void dataSourceInsideThePoolTellsTheTarget() {
		HikariConfig config = new HikariConfig();
		config.setDataSource(new PGSimpleDataSource());
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.POSTGRESQL);
	}

	@Test
	void foreignWayToTheServerIsWrapped() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql:notes?socketFactory=com.google.cloud.sql.postgres.SocketFactory");
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.WRAPPED_POSTGRESQL);
		config.setJdbcUrl("jdbc:postgresql:notes");
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.POSTGRESQL);
		config.addDataSourceProperty("socketFactory", "com.google.cloud.sql.postgres.SocketFactory");
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.WRAPPED_POSTGRESQL);
	}

	@Test
	void foreignWayInTheUrlOfADataSourceClassIsWrapped() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql:notes?socketFactory=com.google.cloud.sql.postgres.SocketFactory");
		config.setDataSourceClassName(PGSimpleDataSource.class.getName());
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.POSTGRESQL);
		config.addDataSourceProperty("url", config.getJdbcUrl());
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.WRAPPED_POSTGRESQL);
	}

	/**
	 * The driver asks the service file last.
	 */
	@ParameterizedTest
	@CsvSource({ "?service=notes, pool, pool", "?service=notes, , of_service",
			"?service=notes&user=of_url, pool, of_url", "?user=of_url, pool, of_url" })
	void roleIsTheOneThatTheDriverTakes(String parameters, String username, String expected, @TempDir Path folder)
			throws IOException {
		Path services = Files.writeString(folder.resolve("services"), "[notes]\nhost=db\nuser=of_service\n");
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://db/notes" + parameters);
		System.setProperty(SERVICE_FILE, services.toString());
		try {
			assertThat(DatabaseTarget.role(config, username)).isEqualTo(expected);
		}
		finally {
			System.clearProperty(SERVICE_FILE);
		}
	}

	@Test
	void foreignDriverClassIsWrapped() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql:notes");
		config.setDriverClassName("org.postgresql.Driver");
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.POSTGRESQL);
		config.setDriverClassName("org.h2.Driver");
		assertThat(DatabaseTarget.ofPool(config)).isEqualTo(DatabaseTarget.WRAPPED_POSTGRESQL);
	}

	@Test
	void embeddedDatabaseIsAnother() {
		EmbeddedDatabase database = new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).build();
		try {
			assertThat(DatabaseTarget.of(database)).isEqualTo(DatabaseTarget.OTHER);
		}
		finally {
			database.shutdown();
		}
	}

	@Test
	void dataSourceThatDoesNotTellIsUnknown() {
		assertThat(DatabaseTarget.of(new SimpleDriverDataSource())).isEqualTo(DatabaseTarget.UNKNOWN);
	}

}
