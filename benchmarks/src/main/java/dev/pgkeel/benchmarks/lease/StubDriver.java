package dev.pgkeel.benchmarks.lease;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Properties;
import java.util.logging.Logger;

import org.jspecify.annotations.Nullable;

/**
 * A driver whose connections do nothing, so that a benchmark sees the pool alone.
 */
public final class StubDriver implements Driver {

	static final String URL = "jdbc:stub:";

	@Override
	public @Nullable Connection connect(String url, Properties info) {
		return acceptsURL(url) ? stub(Connection.class) : null;
	}

	@Override
	public boolean acceptsURL(String url) {
		return url.startsWith(URL);
	}

	@Override
	public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
		return new DriverPropertyInfo[0];
	}

	@Override
	public int getMajorVersion() {
		return 1;
	}

	@Override
	public int getMinorVersion() {
		return 0;
	}

	@Override
	public boolean jdbcCompliant() {
		return false;
	}

	@Override
	public Logger getParentLogger() throws SQLFeatureNotSupportedException {
		throw new SQLFeatureNotSupportedException();
	}

	private static <T> T stub(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(StubDriver.class.getClassLoader(), new Class<?>[] { type }, answers()));
	}

	private static InvocationHandler answers() {
		return (proxy, method, arguments) -> switch (method.getName()) {
			case "isValid", "getAutoCommit" -> true;
			case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
			case "hashCode" -> System.identityHashCode(proxy);
			case "equals" -> proxy == arguments[0];
			case "toString" -> "stub";
			default -> answer(method.getReturnType());
		};
	}

	private static @Nullable Object answer(Class<?> type) {
		if (type == boolean.class) {
			return false;
		}
		if (type == int.class) {
			return 0;
		}
		if (type == long.class) {
			return 0L;
		}
		if (type == Statement.class || type == PreparedStatement.class || type == ResultSet.class) {
			return stub(type);
		}
		return null;
	}

}
