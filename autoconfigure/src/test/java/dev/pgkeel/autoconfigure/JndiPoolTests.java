package dev.pgkeel.autoconfigure;

import java.lang.reflect.Proxy;
import java.util.Hashtable;

import javax.naming.Context;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jndi.JndiObjectFactoryBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a pool from JNDI stays the one that others find there too.
 */
@ExtendWith(OutputCaptureExtension.class)
class JndiPoolTests {

	private static final String LINE = "shared - is not watched for leaks: it comes from JNDI, where others may find it too";

	private static HikariDataSource pool;

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				JndiDataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				JdbcClientAutoConfiguration.class, PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class,
				PgkeelLeaseAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withSystemProperties(Context.INITIAL_CONTEXT_FACTORY + "=" + OnePool.class.getName());

	@BeforeEach
	void makePool() {
		pool = new HikariDataSource();
		pool.setPoolName("shared");
		pool.setJdbcUrl(this.database.jdbcUrl());
		pool.setUsername(this.database.username());
		pool.setPassword(this.database.password());
	}

	@AfterEach
	void closePool() {
		pool.close();
	}

	@Test
	void poolThatSpringBootLooksUpIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withPropertyValues("spring.datasource.jndi-name=jdbc/notes").run((context) -> {
			assertThat(context.getBean(DataSource.class)).isSameAs(pool);
			assertThat(context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single()).isOne();
			assertThat(pool.isRunning()).isTrue();
		});
		assertThat(output).contains(LINE);
		assertThat(pool.isClosed()).isFalse();
	}

	@Test
	void poolThatAFactoryBeanLooksUpIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(LookingUp.class)
			.withPropertyValues(this.database.properties())
			.run((context) -> {
				assertThat(context.getBean("lookedUp")).isSameAs(pool);
				assertThat(context.getBean(LeasedPools.class).all()).doesNotContainKey("lookedUp");
			});
		assertThat(output).contains(LINE);
		assertThat(pool.isClosed()).isFalse();
	}

	@Test
	void poolOfTheApplicationIsGuardedWhateverThePropertySays() {
		this.contextRunner.withUserConfiguration(OwnPool.class)
			.withPropertyValues("spring.datasource.jndi-name=jdbc/notes")
			.run((context) -> assertThat(context.getBean(LeasedPools.class).all()).containsOnlyKeys("dataSource"));
	}

	@Configuration(proxyBeanMethods = false)
	static class LookingUp {

		@Bean
		JndiObjectFactoryBean lookedUp() {
			JndiObjectFactoryBean factory = new JndiObjectFactoryBean();
			factory.setJndiName("jdbc/notes");
			factory.setExpectedType(DataSource.class);
			return factory;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPool {

		@Bean
		DataSource dataSource() {
			return pool;
		}

	}

	/**
	 * Finds the pool under any name.
	 */
	public static class OnePool implements InitialContextFactory {

		@Override
		public Context getInitialContext(Hashtable<?, ?> environment) {
			return (Context) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Context.class },
					(proxy, method, arguments) -> method.getName().equals("lookup") ? pool : null);
		}

	}

}
