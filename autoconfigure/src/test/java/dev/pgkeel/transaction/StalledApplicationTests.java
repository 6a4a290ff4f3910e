package dev.pgkeel.transaction;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;

import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that the server holds transactions to their limits when the application cannot.
 */
@RequiresComponent("kill")
class StalledApplicationTests {

	private static final String SESSIONS = "select count(*) from pg_stat_activity where application_name = 'stalled'"
			+ " and xact_start is not null";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path folder;

	@Test
	void serverEndsTheTransactionsOfAStoppedProcess() throws Exception {
		this.database.execute("create table notes (body text)");
		Process application = start();
		try {
			await().atMost(Duration.ofSeconds(60))
				.until(() -> transactions(" and (state = 'idle in transaction' or" + " query like '%pg_sleep%')") == 2);
			assertThat(new ProcessBuilder("kill", "-STOP", String.valueOf(application.pid())).start().waitFor())
				.isZero();
			assertThat(transactions("")).isEqualTo(2);
			await().atMost(Duration.ofSeconds(30)).until(() -> transactions("") == 0);
			assertThat(application.isAlive()).isTrue();
		}
		finally {
			application.destroyForcibly().waitFor();
		}
		assertThat(this.database.query("select count(*) from notes", Long.class)).isZero();
	}

	private long transactions(String condition) {
		return this.database.query(SESSIONS + condition, Long.class);
	}

	private Process start() throws Exception {
		String separator = this.database.directUrl().contains("?") ? "&" : "?";
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), StalledApplication.class.getName(),
				this.database.directUrl() + separator + "ApplicationName=stalled", this.database.username())
			.redirectErrorStream(true)
			.redirectOutput(new File(this.folder.toFile(), "output"))
			.start();
	}

}
