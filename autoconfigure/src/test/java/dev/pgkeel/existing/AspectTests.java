package dev.pgkeel.existing;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application's aspects meet what they met without pgkeel: the data source
 * and the transaction template, and none of pgkeel's own beans, which cannot be
 * subclassed.
 */
class AspectTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aspectMeetsWhatItMetBefore(boolean enabled) {
		try (ConfigurableApplicationContext context = run(enabled)) {
			AtomicInteger borrows = context.getBean(Borrows.class).count;
			int before = borrows.get();
			Integer one = context.getBean(TransactionTemplate.class)
				.execute((status) -> context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single());
			assertThat(one).isOne();
			assertThat(borrows).hasValue(before + 1);
			assertThat(AopUtils.isAopProxy(context.getBean(DataSource.class))).isTrue();
			List<String> own = ownBeans(context);
			assertThat(own.isEmpty()).isEqualTo(!enabled);
			assertThat(own).filteredOn((name) -> AopUtils.isCglibProxy(context.getBean(name))).isEmpty();
		}
	}

	/**
	 * Those that stand for nothing an application has without pgkeel.
	 */
	private static List<String> ownBeans(ConfigurableApplicationContext context) {
		return Arrays.stream(context.getBeanDefinitionNames()).filter((name) -> {
			Class<?> type = AopUtils.getTargetClass(context.getBean(name));
			return type.getName().startsWith("dev.pgkeel.")
					&& !type.getPackageName().equals(AspectTests.class.getPackageName())
					&& !DataSource.class.isAssignableFrom(type) && !TransactionTemplate.class.isAssignableFrom(type)
					&& !AnnotatedElementUtils.hasAnnotation(type, Configuration.class);
		}).toList();
	}

	private ConfigurableApplicationContext run(boolean enabled) {
		return new SpringApplicationBuilder(AspectConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + this.database.jdbcUrl(),
					"spring.datasource.username=" + this.database.username(), "pgkeel.enabled=" + enabled,
					"pgkeel.alert.webhook.url=http://127.0.0.1:1/", "pgkeel.health.replace-db=true",
					"spring.flyway.enabled=false", "spring.liquibase.enabled=false", "spring.batch.job.enabled=false",
					"spring.main.banner-mode=off")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AspectConfiguration {

		@Bean
		Borrows borrows() {
			return new Borrows();
		}

	}

	@Aspect
	static class Borrows {

		private final AtomicInteger count = new AtomicInteger();

		@Before("execution(java.sql.Connection javax.sql.DataSource.getConnection())")
		void borrow() {
			this.count.incrementAndGet();
		}

		@Before("within(dev.pgkeel..*) && !within(dev.pgkeel.existing..*)")
		void anything() {
		}

	}

}
