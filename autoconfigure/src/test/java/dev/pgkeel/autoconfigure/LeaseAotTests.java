package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.aot.AotDetector;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application which was processed ahead of time has guarded pools too.
 */
class LeaseAotTests {

	@Test
	@CompileWithForkedClassLoader
	void poolIsGuardedAndClosedWithTheContext() {
		TestDatabase database = TestServer.shared().newDatabase();
		run(database.properties(), (context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			assertThat(pool).isInstanceOf(GuardedDataSource.class).isSameAs(context.getBean(DataSource.class));
			assertThat(pool.isRunning()).isFalse();
			assertThat(context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single()).isOne();
			assertThat(context.getBean(LeasedPools.class).all()).containsOnlyKeys("dataSource");
			context.close();
			assertThat(pool.isClosed()).isTrue();
		});
	}

	@SuppressWarnings("unchecked")
	private static void run(String[] properties, Consumer<GenericApplicationContext> test) {
		AnnotationConfigApplicationContext prepared = new AnnotationConfigApplicationContext();
		prepared.setClassLoader(new WithoutFlowable(LeaseAotTests.class.getClassLoader()));
		TestPropertyValues.of(properties).applyTo(prepared);
		prepared.register(Application.class);
		TestGenerationContext generation = new TestGenerationContext(Application.class);
		ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(prepared, generation);
		generation.writeGeneratedContent();
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			GenericApplicationContext context = new GenericApplicationContext();
			TestPropertyValues.of(properties).applyTo(context);
			TestPropertyValues.of(AotDetector.AOT_ENABLED + "=true").applyToSystemProperties(() -> {
				compiled.getInstance(ApplicationContextInitializer.class, initializer.canonicalName())
					.initialize(context);
				context.refresh();
				test.accept(context);
				return null;
			});
		});
	}

	/**
	 * Hides what Flowable, which is here without its own libraries, contributes.
	 */
	private static final class WithoutFlowable extends ClassLoader {

		WithoutFlowable(ClassLoader parent) {
			super(parent);
		}

		@Override
		public Enumeration<URL> getResources(String name) throws IOException {
			return Collections.enumeration(Collections.list(super.getResources(name))
				.stream()
				.filter((resource) -> !resource.getPath().contains("flowable"))
				.toList());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
			JdbcClientAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
			TransactionAutoConfiguration.class, PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class,
			PgkeelLeaseAutoConfiguration.class })
	static class Application {

	}

}
