package dev.pgkeel.actuate;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import dev.pgkeel.actuate.PgkeelEndpoint.PgkeelDescriptor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@code docs/endpoint.md} has every field of the endpoint, and no other.
 */
class EndpointDocumentTests {

	private static final Pattern FIELD = Pattern.compile("(?m)^\\| `([a-z][A-Za-z.*\\[\\]]+)` \\|");

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final Set<String> documented;

	EndpointDocumentTests() throws IOException {
		this.documented = FIELD.matcher(Files.readString(Path.of("../docs/endpoint.md")))
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@Test
	void documentHasTheFieldsThatTheEndpointCanShow() {
		Set<String> fields = new TreeSet<>();
		collect(PgkeelDescriptor.class, "", fields);
		assertThat(this.documented).containsExactlyElementsOf(fields);
	}

	private static void collect(Type type, String path, Set<String> fields) {
		if (type instanceof ParameterizedType generic) {
			Type[] arguments = generic.getActualTypeArguments();
			if (generic.getRawType() == Map.class) {
				collect(arguments[1], path + ".*", fields);
			}
			else if (arguments[0] instanceof Class<?> element && element.isRecord()) {
				collect(element, path + "[]", fields);
			}
			else {
				fields.add(path);
			}
		}
		else if (type instanceof Class<?> record && record.isRecord()) {
			for (RecordComponent component : record.getRecordComponents()) {
				collect(component.getGenericType(),
						path.isEmpty() ? component.getName() : path + "." + component.getName(), fields);
			}
		}
		else {
			fields.add(path);
		}
	}

	@Test
	void endpointOfARunningApplicationShowsThem() throws Exception {
		try (ConfigurableApplicationContext context = run(); Connection blocker = this.database.connect()) {
			DataSource dataSource = context.getBean(DataSource.class);
			leak(dataSource);
			blocker.setAutoCommit(false);
			execute(blocker, "lock table advised");
			CompletableFuture<Void> blocked = CompletableFuture.runAsync(() -> insert(dataSource));
			AtomicReference<JsonNode> shown = new AtomicReference<>();
			PgkeelEndpoint endpoint = context.getBean(PgkeelEndpoint.class);
			Set<String> absent = Set.of("server.roleLimit", "server.databaseLimit", "watch.failure.cause",
					"watch.failure.refusal", "watch.failure.message", "pool.*.leases.recentLeaks[].session",
					"pool.*.leases.held[].leak", "watch.blocking[].holder", "watch.blocking[].callSite");
			Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
				System.gc();
				shown.set(JsonMapper.shared().valueToTree(endpoint.pgkeel()));
				Set<String> fields = new TreeSet<>();
				collect(shown.get(), "", fields);
				Set<String> expected = new TreeSet<>(this.documented);
				expected.removeAll(absent);
				assertThat(fields).containsExactlyElementsOf(expected);
				assertThat(shown.get().at("/pool/dataSource/leases/held/0/session").asString())
					.startsWith("active for ");
			});
			blocker.rollback();
			blocked.join();
			assertThat(shown.get().at("/server/user").asString()).isEqualTo("postgres");
			JsonNode lease = shown.get().at("/pool/dataSource/leases/held/0");
			JsonNode root = shown.get().at("/watch/blocking/0");
			assertThat(lease.at("/blockedBy/0").asInt()).isEqualTo(root.at("/pid").asInt());
			assertThat(root.at("/state").asString()).isEqualTo("idle in transaction");
			assertThat(root.at("/waiting/0/pid").asInt()).isEqualTo(lease.at("/pid").asInt());
			assertThat(root.at("/waiting/0/callSite").asString()).contains("EndpointDocumentTests.insert");
		}
	}

	/**
	 * A field that is null is left out, as Spring Boot does.
	 */
	private void collect(JsonNode node, String path, Set<String> fields) {
		if (node.isObject()) {
			node.properties().forEach((entry) -> {
				String field = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
				boolean known = this.documented.stream()
					.anyMatch((name) -> name.equals(field) || name.startsWith(field + ".")
							|| name.startsWith(field + "["));
				collect(entry.getValue(), known ? field : path + ".*", fields);
			});
		}
		else if (node.isArray() && this.documented.stream().anyMatch((name) -> name.startsWith(path + "[]"))) {
			node.forEach((element) -> collect(element, path + "[]", fields));
		}
		else if (!node.isNull()) {
			fields.add(path);
		}
	}

	private ConfigurableApplicationContext run() {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run(List.of("--spring.datasource.url=" + this.database.directUrl(),
				"--spring.datasource.username=" + this.database.username(),
				"--spring.datasource.password=" + this.database.password(), "--pgkeel.runtime-profile=long-lived",
				"--pgkeel.monitor.interval=200ms", "--pgkeel.leak.capture=always", "--pgkeel.alert.thresholds.alert=1",
				"--pgkeel.alert.thresholds.page=2", "--pgkeel.alert.thresholds.panic=3", "--pgkeel.schema.lint=warn",
				"--pgkeel.schema.locations=classpath:db/advice/*.sql",
				"--management.endpoints.jmx.exposure.include=pgkeel",
				"--management.endpoint.pgkeel.show-values=when-authorized", "--spring.jmx.enabled=true",
				"--spring.jpa.hibernate.ddl-auto=none", "--spring.flyway.enabled=false",
				"--spring.liquibase.enabled=false")
			.toArray(String[]::new));
	}

	private static void leak(DataSource dataSource) throws SQLException {
		new WeakReference<>(dataSource.getConnection());
	}

	private static void insert(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			execute(connection, "insert into advised values (1, 'waits')");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * An application with everything.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
