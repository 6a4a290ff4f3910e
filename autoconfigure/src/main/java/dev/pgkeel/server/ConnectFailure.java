package dev.pgkeel.server;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.sql.SQLException;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/**
 * Why no connection could be made, and what to do about it.
 *
 * @param problem what happened, half a sentence
 * @param action what to do about it
 * @since 0.1.0
 */
public record ConnectFailure(String problem, String action) {

	private static final String UNREACHABLE = "Start the server, correct host and port in spring.datasource.url, or let"
			+ " firewalls and security groups pass this application through.";

	private static final String NO_COMMON_LOGIN = "Set spring.datasource.password if there is none or an empty one;"
			+ " otherwise compare what pg_hba.conf asks this role for with what this version of the driver can do, and"
			+ " with channelBinding and gssEncMode in spring.datasource.url.";

	private static final String INVALID_PASSWORD = "28P01";

	private static final String INVALID_AUTHORIZATION = "28000";

	private static final String NO_SUCH_DATABASE = "3D000";

	private static final String PROTOCOL_VIOLATION = "08P01";

	private static final String CANNOT_CONNECT_NOW = "57P03";

	private static final String WRONG_PARAMETER = PSQLState.INVALID_PARAMETER_VALUE.getState();

	private static final String UNABLE_TO_CONNECT = PSQLState.CONNECTION_UNABLE_TO_CONNECT.getState();

	/**
	 * What the driver says where it cannot log in, and does not let the server refuse.
	 */
	private static final String NO_LOGIN = PSQLState.CONNECTION_REJECTED.getState();

	/**
	 * Looks for a failure to connect among the causes of an exception.
	 * @param failure the exception
	 * @return the failure, {@code null} if it is another one
	 */
	public static @Nullable ConnectFailure of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			ConnectFailure found = (cause instanceof SQLException ex && !isWrapper(ex)) ? ofState(ex) : null;
			if (found == null && cause instanceof PSQLException ex) {
				found = (ex.getServerErrorMessage() != null) ? LoginRefusal.of(ex) : ofCause(ex);
			}
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	/**
	 * Returns whether an error is the server's own: it was reached, and refused.
	 * @param ex the error
	 * @return whether the server wrote it, rather than the driver
	 */
	public static boolean isOfTheServer(SQLException ex) {
		return ex instanceof PSQLException pg && pg.getServerErrorMessage() != null;
	}

	/**
	 * Returns whether the server's certificate is for another host.
	 * @return whether it is
	 */
	public boolean isOtherHost() {
		return this.action.equals(TlsFailure.OTHER_HOST);
	}

	/**
	 * Returns whether there is no way to the server, or nobody at the end of it.
	 * @return whether it cannot be reached
	 */
	public boolean isUnreachable() {
		return this.action.equals(UNREACHABLE);
	}

	/**
	 * Returns whether the server is up and does not let the application in, or the driver
	 * knows no way to log in.
	 * @return whether there is no login
	 */
	boolean isNoLogin() {
		return this.action.equals(NO_COMMON_LOGIN) || LoginRefusal.ACTIONS.contains(this.action);
	}

	/**
	 * Adds what is known besides.
	 * @param detail half a sentence
	 * @return the failure with the detail
	 */
	public ConnectFailure with(String detail) {
		return new ConnectFailure(this.problem + " (" + detail + ")", this.action);
	}

	/**
	 * What wraps an error of the driver's, as pools do, has its state and other words.
	 */
	private static boolean isWrapper(SQLException ex) {
		Throwable cause = ex;
		while (cause != null && !(cause instanceof PSQLException)) {
			cause = cause.getCause();
		}
		return cause != null && cause != ex;
	}

	private static @Nullable ConnectFailure ofState(SQLException ex) {
		ServerErrorMessage error = (ex instanceof PSQLException pg) ? pg.getServerErrorMessage() : null;
		String message = (error != null) ? String.valueOf(error.getMessage()) : String.valueOf(ex.getMessage());
		RefusalReason reason = RefusalReason.of(ex);
		if (reason != null) {
			return refused(reason, message);
		}
		return switch (String.valueOf(ex.getSQLState())) {
			case INVALID_PASSWORD -> new ConnectFailure("the server does not accept the password: " + message,
					"Correct spring.datasource.username and spring.datasource.password, or what your connection details"
							+ " or credentials provider give.");
			case INVALID_AUTHORIZATION -> new ConnectFailure("the server does not let this role in: " + message,
					"Create the role, give it LOGIN, or let pg_hba.conf admit it from this host to this database, with"
							+ " or without TLS as the message says; or correct spring.datasource.username.");
			case NO_SUCH_DATABASE -> noSuchDatabase(ex, message);
			case CANNOT_CONNECT_NOW -> notReady(message);
			case PROTOCOL_VIOLATION -> protocolViolation(ex, error, message);
			default -> null;
		};
	}

	/**
	 * A statement may name a database too, such as GRANT or ALTER DATABASE.
	 */
	private static @Nullable ConnectFailure noSuchDatabase(SQLException ex, String message) {
		return (ex instanceof PSQLException pg && !LoginRefusal.isWhileConnecting(pg)) ? null
				: new ConnectFailure("the database is not there: " + message,
						"Create it (CREATE DATABASE), or correct the name at the end of spring.datasource.url.");
	}

	static ConnectFailure notReady(String message) {
		return new ConnectFailure("the server is not ready: " + message,
				"Wait until it is: it starts, recovers or shuts down. pgkeel.preflight.timeout tells how long schema"
						+ " scripts wait for it.");
	}

	private static ConnectFailure refused(RefusalReason reason, String message) {
		return new ConnectFailure(
				"the server refuses another connection, since " + reason.description() + ": " + message,
				reason.action());
	}

	/**
	 * PgBouncer's own errors have this state, and no routine, unlike those of a server to
	 * which a statement was sent.
	 */
	private static @Nullable ConnectFailure protocolViolation(SQLException ex, @Nullable ServerErrorMessage error,
			String message) {
		if (error != null && error.getRoutine() != null && ex instanceof PSQLException pg
				&& !LoginRefusal.isWhileConnecting(pg)) {
			return null;
		}
		if (message.contains("startup parameter")) {
			return new ConnectFailure("the pooler in between refuses a parameter: " + message,
					"Name the parameter in the pooler's ignore_startup_parameters, or take it out of the URL and of"
							+ " spring.datasource.hikari.data-source-properties.");
		}
		return new ConnectFailure("the server, or a pooler in between, refuses the connection: " + message,
				"Look into the log of the server or of the pooler.");
	}

	private static @Nullable ConnectFailure ofCause(PSQLException ex) {
		if (WRONG_PARAMETER.equals(ex.getSQLState())) {
			return wrongParameter(ex);
		}
		if (ex.getCause() == null) {
			return ofDriver(ex);
		}
		for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof UnknownHostException) {
				return new ConnectFailure("its host name is unknown: " + cause.getMessage(),
						"Correct the host in spring.datasource.url, or the name service.");
			}
			if (cause instanceof SSLException || cause instanceof CertificateException) {
				return TlsFailure.of(cause);
			}
			if (cause instanceof ReflectiveOperationException || cause instanceof FileNotFoundException) {
				return wrongParameter(ex);
			}
			if (SocketFailure.isUnreachable(cause)) {
				return new ConnectFailure("it cannot be reached: " + cause.getMessage(), UNREACHABLE);
			}
			if (cause instanceof IOException) {
				return new ConnectFailure("the connection broke while it was made: " + cause.getMessage(),
						"Let PostgreSQL listen at that host and port, and look into its log and at what stands in between:"
								+ " a proxy, a load balancer, a firewall.");
			}
		}
		return NO_LOGIN.equals(ex.getSQLState()) ? noLogin(ex) : null;
	}

	/**
	 * What the driver found out itself.
	 */
	private static @Nullable ConnectFailure ofDriver(PSQLException ex) {
		ConnectFailure failure = TlsFailure.of(ex);
		if (failure != null) {
			return failure;
		}
		if (DriverText.NO_ANSWER.isOf(ex)) {
			return new ConnectFailure("it accepts connections and does not answer: " + ex.getMessage(),
					"Look into the server's log, and at what stands in between: a proxy, a load balancer, a firewall.");
		}
		if (DriverText.OTHER_SERVER_TYPE.isOf(ex)) {
			return new ConnectFailure("none of the hosts is what targetServerType asks for: " + ex.getMessage(),
					"Wait until the failover has ended, or correct hosts and targetServerType in spring.datasource.url or"
							+ " in spring.datasource.hikari.data-source-properties.");
		}
		if (NO_LOGIN.equals(ex.getSQLState())) {
			return noLogin(ex);
		}
		return UNABLE_TO_CONNECT.equals(ex.getSQLState()) ? wrongParameter(ex) : null;
	}

	/**
	 * Without a password where one is demanded, or with a method that the driver cannot
	 * or must not use.
	 */
	private static ConnectFailure noLogin(PSQLException ex) {
		return new ConnectFailure("server and driver cannot agree on how to log in: " + ex.getMessage(),
				NO_COMMON_LOGIN);
	}

	/**
	 * The driver tells which one in its message.
	 */
	private static ConnectFailure wrongParameter(PSQLException ex) {
		return new ConnectFailure("a parameter asks for what cannot be had: " + ex.getMessage(),
				"Correct the parameter in spring.datasource.url or in"
						+ " spring.datasource.hikari.data-source-properties. The name of a class needs its package.");
	}

}
