package dev.pgkeel.benchmarks.monitor;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.benchmarks.MarkdownTable;
import io.micrometer.core.instrument.binder.db.PostgreSQLDatabaseMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A scrape of all meters and a health check, beside Micrometer's PostgreSQL binder and
 * Spring Boot's check of the data source: with everything free, and then with all
 * connections of the pool in use, borrowers waiting, and no slot left on the server.
 */
public final class ScrapeComparison {

	private static final int ROUNDS = 300;

	private static final int SLOW_ROUNDS = 3;

	private final ConfigurableApplicationContext context;

	private final HikariDataSource pool;

	private final PrometheusMeterRegistry registry;

	private final PrometheusMeterRegistry peer = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

	private final List<Connection> taken = new ArrayList<>();

	private final List<Thread> waiting = new ArrayList<>();

	private volatile boolean released;

	private ScrapeComparison(ConfigurableApplicationContext context) {
		this.context = context;
		this.pool = context.getBean(HikariDataSource.class);
		this.registry = context.getBean(PrometheusMeterRegistry.class);
		new PostgreSQLDatabaseMetrics(this.pool, "postgres").bindTo(this.peer);
	}

	/**
	 * Measures.
	 * @param arguments none
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		try (CrowdedServer server = new CrowdedServer(40);
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.web(WebApplicationType.NONE)
					.properties("spring.datasource.url=" + server.url(), "spring.datasource.username=watcher",
							"spring.datasource.hikari.maximum-pool-size=10",
							"spring.datasource.hikari.connection-timeout=1000", "pgkeel.monitor.interval=1s",
							"pgkeel.schema.enabled=false", "logging.level.root=error", "spring.main.banner-mode=off")
					.run()) {
			ScrapeComparison comparison = new ScrapeComparison(context);
			MarkdownTable.head("", "", "times", "shortest ms", "median ms", "99 % ms", "longest ms", "tells");
			comparison.measure("free", ROUNDS);
			comparison.occupy(server);
			comparison.measure("full", SLOW_ROUNDS);
			comparison.release();
		}
	}

	private void measure(String state, int peerRounds) throws Exception {
		PgkeelHealthIndicator health = this.context.getBean(PgkeelHealthIndicator.class);
		HealthIndicator db = (HealthIndicator) Objects
			.requireNonNull(this.context.getBean(HealthContributorRegistry.class).getContributor("db"));
		Timings.of(ROUNDS, this.registry::scrape);
		print(state, "scrape of all meters", Timings.of(ROUNDS, this.registry::scrape),
				line(this.registry, "pgkeel_server_utilization"));
		print(state, "scrape of Micrometer's binder alone", Timings.of(peerRounds, this.peer::scrape),
				line(this.peer, "postgres_connections"));
		print(state, "health `pgkeel`", Timings.of(ROUNDS, health::health), health.health().getStatus().getCode());
		print(state, "health `db` of Spring Boot", Timings.of(peerRounds, db::health),
				Objects.requireNonNull(db.health()).getStatus().getCode());
	}

	private static void print(String state, String what, Timings timings, String tells) {
		System.out.println("| " + state + " | " + what + " " + timings + " `" + tells + "` |");
	}

	private static String line(PrometheusMeterRegistry registry, String meter) {
		return registry.scrape()
			.lines()
			.filter((line) -> line.startsWith(meter))
			.map((line) -> meter
					+ String.format(Locale.ROOT, " %.2f", Double.parseDouble(line.substring(line.lastIndexOf(' ')))))
			.findFirst()
			.orElse("nothing of " + meter);
	}

	private void occupy(CrowdedServer server) throws SQLException, InterruptedException {
		// Not by this thread, which would be told that it waits for itself
		Thread holder = new Thread(this::takeAll);
		holder.start();
		holder.join();
		server.fill();
		for (int i = 0; i < 3; i++) {
			Thread thread = new Thread(this::keepWaiting);
			thread.start();
			this.waiting.add(thread);
		}
		ConnectionAlerts alerts = this.context.getBean(ConnectionAlerts.class);
		while (alerts.level(AlertSubject.CONNECTIONS) != AlertLevel.PANIC) {
			Thread.sleep(Duration.ofMillis(100).toMillis());
		}
	}

	private void takeAll() {
		try {
			while (this.taken.size() < this.pool.getMaximumPoolSize()) {
				this.taken.add(this.pool.getConnection());
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void keepWaiting() {
		while (!this.released) {
			try (Connection connection = this.pool.getConnection()) {
				connection.isValid(1);
			}
			catch (SQLException ex) {
				// Nobody returns one
			}
		}
	}

	private void release() throws SQLException, InterruptedException {
		this.released = true;
		for (Connection connection : this.taken) {
			connection.close();
		}
		for (Thread thread : this.waiting) {
			thread.join();
		}
	}

	/**
	 * An application with nothing of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
