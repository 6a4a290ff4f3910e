package dev.pgkeel.server;

import java.lang.ref.WeakReference;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KnownServers}.
 */
class KnownServersTests {

	private final KnownServers servers = new KnownServers();

	private final KnownServer server = new KnownServer(new ServerFacts("18.1", 180001, false,
			new SessionLimits(100, 3, null, null), "notes", "notes", false, null, 1), Pooler.DIRECT, "plaintext");

	/**
	 * Each refresh of a scope may make another one.
	 */
	@Test
	void poolThatNobodyUsesAnyMoreIsForgotten() {
		HikariDataSource pool = new HikariDataSource();
		this.servers.put(pool, this.server);
		WeakReference<HikariDataSource> former = formerPool();
		Awaitility.await().until(() -> {
			System.gc();
			return former.get() == null;
		});
		assertThat(this.servers.get(pool)).isEqualTo(this.server);
	}

	private WeakReference<HikariDataSource> formerPool() {
		HikariDataSource pool = new HikariDataSource();
		this.servers.put(pool, this.server);
		pool.close();
		return new WeakReference<>(pool);
	}

}
