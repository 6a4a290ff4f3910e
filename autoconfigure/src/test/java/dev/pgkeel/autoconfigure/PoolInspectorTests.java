package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.Pooler;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolInspector}.
 */
@ExtendWith(OutputCaptureExtension.class)
class PoolInspectorTests {

	private final KnownServers servers = new KnownServers();

	@Test
	void serverThatComesUpLaterIsLearnedInTheBackground(CapturedOutput output) throws IOException {
		int port = freePort();
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://localhost:" + port + "/postgres");
			pool.setUsername("postgres");
			inspector.inspect(pool, "pool", (connection, facts) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"));
			assertThat(this.servers.get(pool)).isNull();
			try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, port)) {
				Awaitility.await().until(() -> this.servers.get(pool) != null);
				assertThat(this.servers.get(pool).facts().version()).isEqualTo(server.version());
			}
			assertThat(pool.isRunning()).isFalse();
		}
		finally {
			inspector.destroy();
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains(".PoolInspector "))).hasSize(2)
			.first()
			.asString()
			.contains(" WARN ");
	}

	@Test
	void closedPoolIsNotAskedFor() throws InterruptedException {
		PoolInspector inspector = new PoolInspector(this.servers, Duration.ofMillis(50));
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		pool.close();
		inspector.inspect(pool, "pool", (connection, facts) -> new KnownServer(facts, Pooler.DIRECT, "plaintext"));
		inspector.destroy();
		assertThat(this.servers.get(pool)).isNull();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

}
