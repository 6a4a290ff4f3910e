package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.tls.TlsMode;
import dev.pgkeel.tls.TlsPolicy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns about pools that lead to PostgreSQL without what the properties below
 * {@code pgkeel.tls} ask for, since they are left as they are: who has written
 * {@code verify-full} there must not believe in it.
 */
final class UnprotectedPools {

	private static final Log logger = LogFactory.getLog(UnprotectedPools.class);

	private final TlsPolicy policy;

	private final PgkeelProperties.Tls asked;

	UnprotectedPools(TlsPolicy policy, PgkeelProperties.Tls asked) {
		this.policy = policy;
		this.asked = asked;
	}

	/**
	 * Looks at a pool that is left as it is.
	 * @param pool the pool, after its initialization
	 * @param name how to call it
	 * @param reason why it is left as it is
	 */
	void leave(HikariDataSource pool, String name, String reason) {
		DatabaseTarget target = DatabaseTarget.ofPool(pool);
		if (target != DatabaseTarget.POSTGRESQL && target != DatabaseTarget.WRAPPED_POSTGRESQL) {
			return;
		}
		String missing = this.policy.missing(pool);
		if (missing != null) {
			logger.warn(property() + " is not applied to " + name + ", since " + reason + ": write " + missing
					+ " into its URL");
		}
	}

	/**
	 * Looks at a pool whose connections come from something that the properties are not
	 * given to.
	 */
	void leaveIfItHasItsOwnWay(HikariDataSource pool, String name) {
		if (pool.getDataSource() != null) {
			leave(pool, name, "its connections come from a data source of its own");
		}
		else if (DatabaseTarget.ofPool(pool) == DatabaseTarget.WRAPPED_POSTGRESQL) {
			leave(pool, name, "its connections come from another driver or socketFactory than PostgreSQL's, which"
					+ " may encrypt by itself");
		}
	}

	private String property() {
		if (this.asked.mode() != TlsMode.AUTO) {
			return "pgkeel.tls.mode=" + this.asked.mode();
		}
		return (this.asked.rootCertificate() != null) ? "pgkeel.tls.root-certificate" : "pgkeel.tls.bundle";
	}

}
