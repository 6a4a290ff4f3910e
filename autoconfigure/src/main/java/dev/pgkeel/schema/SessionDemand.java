package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.PoolerProbe;
import dev.pgkeel.server.Preflight;
import org.jspecify.annotations.Nullable;

/**
 * Demands a session of its own for statements that no transaction holds: a lock of the
 * session would be left behind in a pooler, for whoever gets the session next.
 */
final class SessionDemand {

	private final PoolerProbe.@Nullable Result probed;

	private SessionDemand(PoolerProbe.@Nullable Result probed) {
		this.probed = probed;
	}

	/**
	 * Probes, if any script has such statements: also one that need not be applied may
	 * have to follow another.
	 * @param preflight opens connections as the start does
	 * @param connection the connection, in autocommit mode
	 * @param scripts all scripts
	 * @return the demand
	 * @throws SQLException if the server cannot be asked
	 */
	static SessionDemand of(Preflight preflight, Connection connection, List<ScriptOutline> scripts)
			throws SQLException {
		if (scripts.stream().allMatch((script) -> script.outside().isEmpty())) {
			return new SessionDemand(null);
		}
		int networkTimeout = connection.getNetworkTimeout();
		PoolerProbe.Result probed = new PoolerProbe(preflight::connect).probe(connection, backendPid(connection));
		connection.setNetworkTimeout(Runnable::run, networkTimeout);
		return new SessionDemand(probed);
	}

	/**
	 * Refuses scripts with such statements if there is no session of its own.
	 * @param scripts the scripts that are to be applied
	 * @throws SchemaScriptException if one of them needs a session
	 */
	void make(List<ScriptOutline> scripts) {
		if (this.probed == null
				|| (this.probed.pooler() != Pooler.TRANSACTION && this.probed.pooler() != Pooler.UNKNOWN)) {
			return;
		}
		for (ScriptOutline script : scripts) {
			if (!script.outside().isEmpty()) {
				SqlStatement statement = script.outside().get(0);
				throw script.script()
					.failure(statement.position(),
							String.join(" ", statement.words().subList(0, Math.min(3, statement.words().size())))
									+ " runs outside of a transaction, under a lock of the session, and this"
									+ " connection has no session of its own: " + this.probed.reason(),
							"Set pgkeel.direct.url to the server itself, beside the pooler.");
			}
		}
	}

	private static int backendPid(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select pg_catalog.pg_backend_pid()")) {
			row.next();
			return row.getInt(1);
		}
	}

}
