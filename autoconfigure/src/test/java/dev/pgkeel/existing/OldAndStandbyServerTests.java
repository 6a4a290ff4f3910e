package dev.pgkeel.existing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.autoconfigure.PgkeelAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelDeployStepAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelMonitorAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelPoolAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelSchemaAutoConfiguration;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.schema.SchemaScriptException;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.Listener;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for applications whose server is older than what is supported, or a standby.
 */
@ExtendWith(OutputCaptureExtension.class)
class OldAndStandbyServerTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties());

	@Test
	void oldServerKeepsThePoolsDefaultsAndNothingElse(CapturedOutput output) throws IOException {
		try (Disguise old = new Disguise(this.database.query("show server_version_num", String.class))) {
			this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelMonitorAutoConfiguration.class))
				.withPropertyValues(
						"spring.datasource.url=jdbc:postgresql://localhost:" + old.port() + "/" + this.database.name())
				.run((context) -> {
					assertThat(context).hasNotFailed();
					HikariDataSource pool = context.getBean(HikariDataSource.class);
					assertThat(pool.getConnectionTimeout()).isEqualTo(5000);
					pool.getConnection().close();
					assertThat(context.getBean(ServerMonitor.class).isRunning()).isFalse();
				});
		}
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
		assertThat(output.getOut().lines().filter((line) -> line.contains(" WARN "))).hasSize(2)
			.anyMatch((line) -> line.contains("the server is PostgreSQL 13.") && line.contains("14 and later"))
			.anyMatch((line) -> line.contains("Schema scripts are not applied: the server is PostgreSQL 13"));
	}

	@Test
	void deployStepOnAnOldServerFails() throws IOException {
		try (Disguise old = new Disguise(this.database.query("show server_version_num", String.class))) {
			SpringApplication application = new SpringApplication(DeployStep.class);
			String[] arguments = { "--pgkeel.schema.exit-after-apply=true",
					"--spring.datasource.url=jdbc:postgresql://localhost:" + old.port() + "/" + this.database.name(),
					"--spring.datasource.username=" + this.database.username() };
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> application.run(arguments))
				.withMessageContaining("not PostgreSQL 14 or later");
		}
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
	}

	@Test
	void standbyBehindAPoolThatWritesIsWarnedAbout(@TempDir Path folder, CapturedOutput output) throws IOException {
		Path data = folder.resolve("data");
		EmbeddedPostgresServer.start(data, 0).close();
		Files.createFile(data.resolve("standby.signal"));
		try (EmbeddedPostgresServer standby = EmbeddedPostgresServer.start(data, 0)) {
			ApplicationContextRunner runner = this.contextRunner.withPropertyValues("pgkeel.schema.enabled=false",
					"spring.datasource.url=" + standby.jdbcUrl("postgres"));
			runner.run((context) -> assertThat(context).hasNotFailed());
			assertThat(warnings(output)).singleElement()
				.asString()
				.contains("the server is a standby and accepts no writes", "spring.datasource.hikari.read-only=true");
			assertThat(output).contains("(standby), database postgres");
			runner.withPropertyValues("spring.datasource.hikari.read-only=true")
				.run((context) -> assertThat(context).hasNotFailed());
			assertThat(warnings(output)).hasSize(1);
		}
	}

	private static List<String> warnings(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".PoolInspection ")).toList();
	}

	/**
	 * An application with scripts.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
			PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
			PgkeelDeployStepAutoConfiguration.class })
	static class DeployStep {

	}

	/**
	 * Stands in front of the shared server and makes it say that it is PostgreSQL 13,
	 * since there is no such server to be had.
	 */
	private static final class Disguise implements AutoCloseable {

		private final Listener listener;

		private final String number;

		private final String version;

		Disguise(String number) {
			this.number = number;
			this.version = "server_version\0" + number.substring(0, 2);
			this.listener = new Listener(InetAddress.getLoopbackAddress(), this::serve);
		}

		private void serve(Socket client) {
			try {
				Socket server = new Socket(InetAddress.getLoopbackAddress(), TestServer.shared().port());
				this.listener.execute(() -> copy(client, server, false));
				copy(server, client, true);
			}
			catch (IOException ex) {
				Listener.close(client);
			}
		}

		private void copy(Socket from, Socket to, boolean disguised) {
			try (from; to) {
				InputStream in = from.getInputStream();
				OutputStream out = to.getOutputStream();
				byte[] buffer = new byte[65536];
				for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
					String text = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
					out.write((disguised ? disguise(text) : text).getBytes(StandardCharsets.ISO_8859_1));
				}
			}
			catch (IOException ex) {
				// Either side has had enough
			}
		}

		/**
		 * The length of what is said stays the same.
		 */
		private String disguise(String text) {
			String minor = this.number.substring(2);
			return text.replace(this.version, "server_version\0" + 13)
				.replace(this.number, "13" + minor)
				.replace("\4" + this.number.substring(0, 2) + ".", "\4" + "13.")
				.replace("\5" + this.number.substring(0, 2) + ".", "\5" + "13.");
		}

		int port() {
			return this.listener.port();
		}

		@Override
		public void close() {
			this.listener.close();
		}

	}

}
