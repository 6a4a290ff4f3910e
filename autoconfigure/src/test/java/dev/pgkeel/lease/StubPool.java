package dev.pgkeel.lease;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.pgkeel.server.Preflight;
import org.h2.jdbcx.JdbcDataSource;

/**
 * A pool without connections that fails where it is told to: HikariCP's own cannot be
 * made to.
 */
class StubPool implements BarePool {

	final AtomicInteger returned = new AtomicInteger();

	final AtomicBoolean closed = new AtomicBoolean();

	PoolLeases leases(Consumer<ConnectionLeakEvent> listener) {
		return new PoolLeases(this, GuardedPools.SETTINGS, new Preflight(new JdbcDataSource()), listener);
	}

	@Override
	public String name() {
		return "stub";
	}

	@Override
	public int maximumPoolSize() {
		return 10;
	}

	@Override
	public int total() {
		return 10;
	}

	@Override
	public int idle() {
		return 10;
	}

	@Override
	public int waiting() {
		return 0;
	}

	@Override
	public boolean isRunning() {
		return !isClosed();
	}

	@Override
	public boolean isClosed() {
		return this.closed.get();
	}

	@Override
	public Duration patience() {
		return Duration.ofSeconds(1);
	}

	@Override
	public Connection borrow() {
		Map<String, Object> answers = Map.of("isClosed", false, "toString", "stub");
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(self, method, arguments) -> {
					if (method.getName().equals("close")) {
						this.returned.incrementAndGet();
					}
					return answers.get(method.getName());
				});
	}

	@Override
	public Connection borrow(Duration patience) throws SQLException {
		return borrow();
	}

	@Override
	public void evict(Connection proxy) {
	}

}
