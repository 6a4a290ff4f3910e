package dev.pgkeel.compatibility.twodatasources;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.compatibility.Leaks;
import dev.pgkeel.compatibility.twodatasources.Applications.Borrower;
import dev.pgkeel.compatibility.twodatasources.Applications.Equals;
import dev.pgkeel.compatibility.twodatasources.Applications.NoDefaultCandidate;
import dev.pgkeel.compatibility.twodatasources.Applications.OnePrimary;
import dev.pgkeel.compatibility.twodatasources.Applications.Reports;
import dev.pgkeel.lease.ConnectionLeakEvent;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionTimedOutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Applications}.
 */
class TwoDataSourcesTests {

	private final TestDatabase orders = TestServer.shared().newDatabase();

	private final TestDatabase reporting = TestServer.shared().newDatabase();

	@ParameterizedTest
	@ValueSource(classes = { NoDefaultCandidate.class, OnePrimary.class })
	void oneIsTheApplicationsOwnAndBothAreGuarded(Class<?> application) {
		try (ConfigurableApplicationContext context = run(application)) {
			bothAreGuarded(context);
			assertThat(pool(context, "dataSource").getMinimumIdle()).isEqualTo(2);
			assertThat(pool(context, "reporting").getMinimumIdle()).isEqualTo(10);
			assertThat(accountsTable(this.orders)).isTrue();
			assertThat(accountsTable(this.reporting)).isFalse();
			GuardedTransactionTemplate template = context.getBean(GuardedTransactionTemplate.class);
			template.executeWithoutResult((status) -> context.getBean(JdbcClient.class)
				.sql("insert into accounts (owner, balance) values ('ada', 1)")
				.update());
			assertThat(this.orders.query("select count(*) from accounts", Long.class)).isOne();
			assertThat(context.getBeansOfType(ServerMonitor.class)).hasSize(1);
		}
	}

	@Test
	void ofTwoEqualsBothAreGuardedAndNeitherIsGivenScripts() {
		try (ConfigurableApplicationContext context = run(Equals.class)) {
			bothAreGuarded(context);
			assertThat(accountsTable(this.orders)).isFalse();
			assertThat(accountsTable(this.reporting)).isFalse();
			assertThat(context.getBeansOfType(GuardedTransactionTemplate.class)).isEmpty();
		}
	}

	private void bothAreGuarded(ConfigurableApplicationContext context) {
		assertThat(context.getBean(LeasedPools.class).all()).containsOnlyKeys("dataSource", "reporting");
		for (String name : context.getBean(LeasedPools.class).all().keySet()) {
			assertThat(pool(context, name)).isInstanceOf(GuardedDataSource.class);
			context.getBean(Borrower.class).forget(name);
			Awaitility.await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
				System.gc();
				assertThat(context.getBean(Leaks.class).events()).anySatisfy((leak) -> {
					assertThat(leak.kind()).isEqualTo(ConnectionLeakEvent.Kind.RECLAIMED);
					assertThat(leak.pool()).isEqualTo(pool(context, name).getPoolName());
					assertThat(leak.callSite()).contains("Borrower.forget(");
				});
			});
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("pgkeel.leak.reclaimed").tag("pool", name).functionCounter().count()).isOne();
			assertThat(meters.get("hikaricp.connections.max").tag("pool", pool(context, name).getPoolName()).gauge())
				.isNotNull();
		}
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> context.getBean(Reports.class).sleep());
	}

	private static HikariDataSource pool(ConfigurableApplicationContext context, String name) {
		return context.getBean(name, HikariDataSource.class);
	}

	private static boolean accountsTable(TestDatabase database) {
		return database.query("select to_regclass('accounts') is not null", Boolean.class);
	}

	private ConfigurableApplicationContext run(Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(this.orders.properties())
			.properties("pgkeel.leak.capture=always", "pgkeel.runtime-profile=long-lived",
					"reporting.datasource.url=" + this.reporting.jdbcUrl(),
					"reporting.datasource.jdbc-url=" + this.reporting.jdbcUrl(),
					"reporting.datasource.username=" + this.reporting.username(),
					"reporting.datasource.password=" + this.reporting.password())
			.run();
	}

}
