package dev.pgkeel.transaction;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.ConnectionProxy;
import org.springframework.jdbc.datasource.SimpleConnectionHandle;
import org.springframework.util.ClassUtils;

/**
 * The connection of a transaction, once the application has fetched it. Behind a
 * {@code LazyConnectionDataSourceProxy}, or where Hibernate knows that the pool's
 * connections have autocommit off, it is fetched with the first statement, and the data
 * source may choose it by what the transaction has said until then: who asks earlier gets
 * another database. Made by the transaction's thread, read by others.
 */
final class FetchedConnection {

	private static final boolean HIBERNATE = ClassUtils.isPresent("org.springframework.orm.jpa.EntityManagerHolder",
			FetchedConnection.class.getClassLoader())
			&& ClassUtils.isPresent("org.hibernate.engine.spi.SharedSessionContractImplementor",
					FetchedConnection.class.getClassLoader());

	/**
	 * Spring 7.0 gives no other sign: once there is a connection, the proxy answers with
	 * that one's text.
	 */
	private static final String NOT_FETCHED = "Lazy Connection proxy for target DataSource";

	private final ConnectionHolder holder;

	private final BooleanSupplier connected;

	private FetchedConnection(ConnectionHolder holder, BooleanSupplier connected) {
		this.holder = holder;
		this.connected = connected;
	}

	/**
	 * Looks at the current thread's transaction.
	 * @param holder the holder of its connection
	 * @param dataSource the data source that the connection is of
	 * @return the connection that it has, or will have
	 */
	static FetchedConnection of(ConnectionHolder holder, @Nullable Object dataSource) {
		boolean plain = holder.getConnectionHandle() instanceof SimpleConnectionHandle;
		return new FetchedConnection(holder,
				(HIBERNATE && !plain) ? HibernateSessions.isConnected(dataSource) : () -> true);
	}

	/**
	 * Returns the connection.
	 * @return the connection, {@code null} if it was not fetched yet
	 */
	@Nullable Connection get() {
		if (!this.connected.getAsBoolean()) {
			return null;
		}
		Connection connection = this.holder.getConnection();
		return isLazy(connection) ? null : connection;
	}

	private static boolean isLazy(Connection connection) {
		return connection instanceof ConnectionProxy && Proxy.isProxyClass(connection.getClass())
				&& String.valueOf(connection).startsWith(NOT_FETCHED);
	}

}
