package dev.pgkeel.lease;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.Writer;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Struct;
import java.util.List;

import org.jspecify.annotations.NullUnmarked;

/**
 * Puts our objects around those of the driver whose kind only the value tells, and takes
 * them off again.
 */
@NullUnmarked
final class Wrapping {

	private static final List<Class<?>> KINDS = List.of(Array.class, Blob.class, Clob.class, Ref.class, ResultSet.class,
			SQLXML.class, Statement.class, Struct.class);

	/**
	 * Whether the objects of a class hold on to a connection. Asked for each value of
	 * each row.
	 */
	private static final ClassValue<Boolean> HOLDS_CONNECTION = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return KINDS.stream().anyMatch((kind) -> kind.isAssignableFrom(type));
		}

	};

	private Wrapping() {
	}

	static Statement statement(Statement value, ConnectionDelegate connection) {
		if (value instanceof CallableStatement statement) {
			return GuardedCallableStatement.of(statement, connection);
		}
		if (value instanceof PreparedStatement statement) {
			return GuardedPreparedStatement.of(statement, connection);
		}
		return GuardedStatement.of(value, connection);
	}

	static Clob clob(Clob value, ConnectionDelegate connection) {
		return (value instanceof NClob clob) ? GuardedNClob.of(clob, connection) : GuardedClob.of(value, connection);
	}

	static Object object(Object value, ConnectionDelegate connection) {
		if (value == null || value instanceof String || value instanceof Number
				|| !HOLDS_CONNECTION.get(value.getClass())) {
			return value;
		}
		if (value instanceof Array array) {
			return GuardedArray.of(array, connection);
		}
		if (value instanceof Blob blob) {
			return GuardedBlob.of(blob, connection);
		}
		if (value instanceof Clob clob) {
			return clob(clob, connection);
		}
		if (value instanceof Ref ref) {
			return GuardedRef.of(ref, connection);
		}
		if (value instanceof ResultSet resultSet) {
			return GuardedResultSet.of(resultSet, connection, null);
		}
		if (value instanceof SQLXML xml) {
			return GuardedSQLXML.of(xml, connection);
		}
		if (value instanceof Statement statement) {
			return statement(statement, connection);
		}
		return GuardedStruct.of((Struct) value, connection);
	}

	/**
	 * Who asks for a class of the driver gets its object, which is an unwrapping. Without
	 * a class, as {@link SQLXML#getSource} allows, the driver chooses.
	 */
	@SuppressWarnings("unchecked")
	static <T> T object(T value, Class<T> type, ConnectionDelegate connection) {
		Object wrapped = object(value, connection);
		if (wrapped != value && type != null && !type.isInstance(wrapped)) {
			connection.lease.unwrapped();
			return value;
		}
		return (T) wrapped;
	}

	static InputStream stream(InputStream value, ConnectionDelegate connection) {
		return (value == null || value instanceof ByteArrayInputStream) ? value
				: new GuardedInputStream(value, connection);
	}

	static OutputStream stream(OutputStream value, ConnectionDelegate connection) {
		return (value != null) ? new GuardedOutputStream(value, connection) : null;
	}

	static Reader stream(Reader value, ConnectionDelegate connection) {
		return (value == null || value instanceof StringReader) ? value : new GuardedReader(value, connection);
	}

	static Writer stream(Writer value, ConnectionDelegate connection) {
		return (value != null) ? new GuardedWriter(value, connection) : null;
	}

	@SuppressWarnings("unchecked")
	static <T> T bare(T value) {
		return (value instanceof Guarded guarded) ? (T) guarded.bare() : value;
	}

}
