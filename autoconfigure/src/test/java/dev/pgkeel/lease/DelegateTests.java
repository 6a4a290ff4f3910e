package dev.pgkeel.lease;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import javax.xml.transform.dom.DOMSource;

import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that each method of the generated delegates does what the driver's does, and lets
 * nothing out that holds on to a connection and is not ours.
 */
class DelegateTests {

	private static final Set<Class<?>> HOLD_A_CONNECTION = Set.of(Array.class, Blob.class, Clob.class, NClob.class,
			Ref.class, ResultSet.class, SQLXML.class, Statement.class, PreparedStatement.class, CallableStatement.class,
			Struct.class, DatabaseMetaData.class, ResultSetMetaData.class, ParameterMetaData.class, InputStream.class,
			OutputStream.class, Reader.class, Writer.class);

	private Method called;

	private Object[] arguments;

	private Object returned;

	static Stream<Class<?>> interfaces() {
		return Stream.of(Array.class, Blob.class, CallableStatement.class, Clob.class, DatabaseMetaData.class,
				NClob.class, ParameterMetaData.class, PreparedStatement.class, Ref.class, ResultSet.class,
				ResultSetMetaData.class, SQLXML.class, Statement.class, Struct.class);
	}

	@ParameterizedTest
	@MethodSource("interfaces")
	void eachMethodReachesTheDrivers(Class<?> type) throws Exception {
		try (GuardedDataSource pool = new GuardedPools().of(TestServer.shared().newDatabase(), 1,
				GuardedPools.SETTINGS); Connection connection = pool.getConnection()) {
			Object delegate = delegate(type, (ConnectionDelegate) connection);
			int methods = 0;
			for (Method method : type.getMethods()) {
				if (!Modifier.isStatic(method.getModifiers()) && isOverridden(delegate, method)) {
					check(delegate, method, connection);
					methods++;
				}
			}
			assertThat(methods).isPositive();
		}
	}

	@Test
	void driverChoosesTheSourceOfXml() throws SQLException {
		try (GuardedDataSource pool = new GuardedPools().of(TestServer.shared().newDatabase(), 1,
				GuardedPools.SETTINGS); Connection connection = pool.getConnection()) {
			SQLXML xml = connection.createSQLXML();
			xml.setString("<note/>");
			assertThat((Object) xml.getSource(null)).isInstanceOf(DOMSource.class);
		}
	}

	private void check(Object delegate, Method method, Connection connection) throws Exception {
		this.called = null;
		this.arguments = null;
		this.returned = null;
		Class<?> wanted = (method.getReturnType() != Object.class) ? method.getReturnType() : String.class;
		Object[] given = Stream.of(method.getParameterTypes())
			.map((type) -> (type == Class.class) ? wanted : value(type))
			.toArray();
		Method own = delegate.getClass().getMethod(method.getName(), method.getParameterTypes());
		own.setAccessible(true);
		Object result;
		try {
			result = own.invoke(delegate, given);
		}
		catch (InvocationTargetException ex) {
			throw new AssertionError(method.toString(), ex.getCause());
		}
		if (method.getReturnType() == Connection.class) {
			assertThat(result).as(method.toString()).isSameAs(connection);
			return;
		}
		assertThat(this.called).as(method.toString()).isNotNull();
		assertThat(this.called.getName()).as(method.toString()).isEqualTo(method.getName());
		assertThat(this.called.getParameterTypes()).as(method.toString()).isEqualTo(method.getParameterTypes());
		assertThat((this.arguments != null) ? this.arguments : new Object[0]).as(method.toString()).isEqualTo(given);
		if (HOLD_A_CONNECTION.contains(method.getReturnType())) {
			assertThat(result.getClass().getSimpleName()).as(method.toString()).startsWith("Guarded");
		}
		else {
			assertThat(result).as(method.toString()).isEqualTo(this.returned);
		}
	}

	private static boolean isOverridden(Object delegate, Method method) throws NoSuchMethodException {
		return delegate.getClass()
			.getMethod(method.getName(), method.getParameterTypes())
			.getDeclaringClass() == delegate.getClass();
	}

	private Object delegate(Class<?> type, ConnectionDelegate connection) throws ReflectiveOperationException {
		Class<?> guarded = Class.forName("dev.pgkeel.lease.Guarded" + type.getSimpleName());
		for (Method factory : guarded.getDeclaredMethods()) {
			if (factory.getName().equals("of")) {
				factory.setAccessible(true);
				return (factory.getParameterCount() == 2) ? factory.invoke(null, driver(type), connection)
						: factory.invoke(null, driver(type), connection, null);
			}
		}
		throw new IllegalStateException(guarded + " has no factory method");
	}

	private Object driver(Class<?> type) {
		return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type }, (proxy, method, args) -> {
			if (method.getDeclaringClass() == Object.class) {
				return switch (method.getName()) {
					case "equals" -> proxy == args[0];
					case "hashCode" -> System.identityHashCode(proxy);
					default -> "driver's " + type.getSimpleName();
				};
			}
			this.called = method;
			this.arguments = args;
			this.returned = value(method.getReturnType());
			return this.returned;
		});
	}

	/**
	 * Returns something of a type, as an argument or as a result.
	 */
	private Object value(Class<?> type) {
		if (type == void.class) {
			return null;
		}
		if (type.isPrimitive()) {
			return java.lang.reflect.Array.get(java.lang.reflect.Array.newInstance(type, 1), 0);
		}
		if (type == String.class || type == Object.class) {
			return "text";
		}
		if (type == InputStream.class) {
			return InputStream.nullInputStream();
		}
		if (type == Reader.class) {
			return Reader.nullReader();
		}
		if (type == OutputStream.class) {
			return OutputStream.nullOutputStream();
		}
		if (type == Writer.class) {
			return Writer.nullWriter();
		}
		if (type == Map.class) {
			return Map.of();
		}
		return type.isInterface() ? driver(type) : null;
	}

}
