package dev.pgkeel.benchmarks.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/**
 * The pools that are compared, each with one way of looking after leaks.
 */
public enum Contender {

	/**
	 * HikariCP as it is.
	 */
	HIKARI("HikariCP") {
		@Override
		Pool open(Target target, int size, Duration patience) {
			return Pool.of(new HikariDataSource(hikari(target, size, patience)));
		}
	},

	/**
	 * The same with leases, as it is until the first leak.
	 */
	GUARDED("pgkeel") {
		@Override
		Pool open(Target target, int size, Duration patience) {
			return guarded(target, size, patience, LeakCapture.ADAPTIVE);
		}
	},

	/**
	 * The same while leases record who borrows.
	 */
	GUARDED_ARMED("pgkeel, recording lines") {
		@Override
		Pool open(Target target, int size, Duration patience) {
			return guarded(target, size, patience, LeakCapture.ALWAYS);
		}
	},

	/**
	 * HikariCP with its own detection of leaks.
	 */
	HIKARI_DETECTION("HikariCP, `leakDetectionThreshold`") {
		@Override
		Pool open(Target target, int size, Duration patience) {
			HikariConfig config = hikari(target, size, patience);
			config.setLeakDetectionThreshold(SUSPECT_AFTER.toMillis());
			return Pool.of(new HikariDataSource(config));
		}
	},

	/**
	 * Agroal with its detection of leaks.
	 */
	AGROAL("Agroal, `leakTimeout`") {
		@Override
		Pool open(Target target, int size, Duration patience) throws SQLException {
			return agroal(target, size, patience, false);
		}
	},

	/**
	 * Agroal with its detection of leaks and the enhanced report, which has stack traces.
	 */
	AGROAL_REPORT("Agroal, with `enhancedLeakReport`") {
		@Override
		Pool open(Target target, int size, Duration patience) throws SQLException {
			return agroal(target, size, patience, true);
		}
	},

	/**
	 * Tomcat's pool, which ends connections that are held for long.
	 */
	TOMCAT_REMOVE("Tomcat, `removeAbandoned`") {
		@Override
		Pool open(Target target, int size, Duration patience) {
			return tomcat(target, size, patience, false);
		}
	},

	/**
	 * Tomcat's pool, which also logs where they were taken.
	 */
	TOMCAT_LOG("Tomcat, with `logAbandoned`") {
		@Override
		Pool open(Target target, int size, Duration patience) {
			return tomcat(target, size, patience, true);
		}
	};

	private static final Duration SUSPECT_AFTER = Duration.ofSeconds(10);

	private final String title;

	Contender(String title) {
		this.title = title;
	}

	/**
	 * Returns what the tables call it.
	 */
	String title() {
		return this.title;
	}

	abstract Pool open(Target target, int size, Duration patience) throws SQLException;

	private static HikariConfig hikari(Target target, int size, Duration patience) {
		HikariConfig config = new HikariConfig();
		config.setDriverClassName(target.driver());
		config.setJdbcUrl(target.url());
		config.setUsername(target.user());
		config.setMaximumPoolSize(size);
		config.setConnectionTimeout(patience.toMillis());
		return config;
	}

	private static Pool guarded(Target target, int size, Duration patience, LeakCapture capture) {
		HikariDataSource plain = new HikariDataSource();
		hikari(target, size, patience).copyStateTo(plain);
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, capture, true);
		return Pool.of(GuardedDataSource.of(plain, "guarded", settings, (leak) -> {
		}));
	}

	private static Pool agroal(Target target, int size, Duration patience, boolean report) throws SQLException {
		AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
			.connectionPoolConfiguration((settings) -> settings.maxSize(size)
				.initialSize(size)
				.acquisitionTimeout(patience)
				.leakTimeout(SUSPECT_AFTER)
				.enhancedLeakReport(report)
				.connectionFactoryConfiguration((factory) -> factory.connectionProviderClassName(target.driver())
					.jdbcUrl(target.url())
					.principal(new NamePrincipal(target.user())))));
		return new Pool(pool, pool::close);
	}

	private static Pool tomcat(Target target, int size, Duration patience, boolean log) {
		PoolProperties settings = new PoolProperties();
		settings.setDriverClassName(target.driver());
		settings.setUrl(target.url());
		settings.setUsername(target.user());
		settings.setMaxActive(size);
		settings.setMaxIdle(size);
		settings.setMaxWait((int) patience.toMillis());
		settings.setRemoveAbandoned(true);
		settings.setRemoveAbandonedTimeout((int) SUSPECT_AFTER.toSeconds());
		settings.setLogAbandoned(log);
		org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource(settings);
		return new Pool(pool, pool::close);
	}

	/**
	 * Where a pool's connections lead.
	 *
	 * @param driver the driver's class
	 * @param url the URL
	 * @param user the role
	 */
	record Target(String driver, String url, String user) {

	}

	/**
	 * A running pool.
	 *
	 * @param dataSource what applications see of it
	 * @param closer closes it
	 */
	record Pool(DataSource dataSource, Runnable closer) implements AutoCloseable {

		static Pool of(HikariDataSource pool) {
			return new Pool(pool, pool::close);
		}

		void borrowAndReturn() throws SQLException {
			try (Connection connection = this.dataSource.getConnection()) {
				connection.getClass();
			}
		}

		@Override
		public void close() {
			this.closer.run();
		}

	}

}
