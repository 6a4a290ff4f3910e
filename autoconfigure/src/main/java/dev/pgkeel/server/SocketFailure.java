package dev.pgkeel.server;

import java.io.EOFException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/**
 * What a failure of the network says about the server.
 */
final class SocketFailure {

	private SocketFailure() {
	}

	/**
	 * Returns whether there is no way to the server, or nobody at the end of it.
	 */
	static boolean isUnreachable(Throwable failure) {
		return failure instanceof ConnectException || failure instanceof NoRouteToHostException
				|| failure instanceof BindException || failure instanceof SocketTimeoutException
				|| (failure instanceof SocketException && isFromConnecting(failure));
	}

	/**
	 * Returns whether nobody listens yet, or somebody hangs up.
	 */
	static boolean mayPass(Throwable failure) {
		return failure instanceof ConnectException || failure instanceof EOFException
				|| (failure instanceof SocketException && !isUnreachable(failure));
	}

	/**
	 * The network that is unreachable has no exception of its own, and the operating
	 * system says so in its own language.
	 */
	private static boolean isFromConnecting(Throwable failure) {
		return Arrays.stream(failure.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(Socket.class.getName())
					&& frame.getMethodName().equals("connect"));
	}

}
