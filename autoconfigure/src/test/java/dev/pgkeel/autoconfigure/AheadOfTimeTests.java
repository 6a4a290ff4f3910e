package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.alert.WebhookNotifier;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications that are processed ahead of time. What is only known when they
 * run counts all the same: the build knows neither the database nor any secret.
 */
@ExtendWith(OutputCaptureExtension.class)
class AheadOfTimeTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	@CompileWithForkedClassLoader
	void whatIsOnlyKnownWhenTheApplicationRunsCounts(CapturedOutput output) {
		ProcessedAheadOfTime
			.of(Application.class, "pgkeel.console.enabled=false", "pgkeel.alert.webhook.url=${WEBHOOK_URL}",
					"pgkeel.monitor.enabled=${MONITOR}", "pgkeel.leak.enabled=yes", "pgkeel.transaction.enabled=",
					"pgkeel.schema.lock-timeout=${LOCK_TIMEOUT}", "pgkeel.tls.root-certificate=${CERTIFICATE}")
			.compile((application) -> {
				application.run(this::assertThatTheRestIsOff,
						properties("pgkeel.schema.enabled=false", "pgkeel.leak.enabled=false",
								"pgkeel.console.enabled=false", "pgkeel.alert.webhook.url=http://127.0.0.1:1/hook"));
				assertThat(output).contains("pgkeel.leak.enabled=false comes too late")
					.doesNotContain("not applied")
					.doesNotContain("pgkeel.console.enabled=false comes too late")
					.doesNotContain("pgkeel.enabled=false comes too late");
				application.run(this::assertThatAllIsThere, properties("pgkeel.runtime-profile=long-lived"));
			});
	}

	private void assertThatTheRestIsOff(GenericApplicationContext context) {
		assertThat(context.getBean(SchemaInitializer.class).report().outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
		assertThat(tables()).isZero();
		assertThat(context.getBean(WebhookNotifier.class)).isNotNull();
	}

	private void assertThatAllIsThere(GenericApplicationContext context) {
		HikariDataSource pool = context.getBean(HikariDataSource.class);
		assertThat(pool).isInstanceOf(GuardedDataSource.class).isSameAs(context.getBean(DataSource.class));
		assertThat(pool.getMinimumIdle()).isEqualTo(2);
		assertThat(context.getBean(JdbcClient.class).sql("select 1").query(Integer.class).single()).isOne();
		assertThat(context.getBean(LeasedPools.class).all()).containsOnlyKeys("dataSource");
		assertThat(context.getBean(ServerMonitor.class)).isNotNull();
		assertThat(context.getBean(TransactionTemplate.class)).isInstanceOf(GuardedTransactionTemplate.class);
		assertThat(context.getBean(SchemaInitializer.class).report().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(tables()).isOne();
		assertThat(context.getBeanProvider(WebhookNotifier.class).getIfAvailable()).isNull();
		context.close();
		assertThat(pool.isClosed()).isTrue();
	}

	private long tables() {
		return this.database.query("select count(*) from pg_class where relname = 'notes'", Long.class);
	}

	private String[] properties(String... more) {
		String[] connection = this.database.properties();
		String[] all = new String[connection.length + more.length];
		System.arraycopy(connection, 0, all, 0, connection.length);
		System.arraycopy(more, 0, all, connection.length, more.length);
		return all;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
			JdbcClientAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
			TransactionAutoConfiguration.class, PgkeelAutoConfiguration.class, PgkeelCheckAutoConfiguration.class,
			PgkeelDeployStepAutoConfiguration.class, PgkeelPoolAutoConfiguration.class,
			PgkeelLeaseAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
			PgkeelSchemaAutoConfiguration.class, PgkeelToolGuardAutoConfiguration.class,
			PgkeelTransactionAutoConfiguration.class, PgkeelWebhookAutoConfiguration.class })
	static class Application {

	}

}
