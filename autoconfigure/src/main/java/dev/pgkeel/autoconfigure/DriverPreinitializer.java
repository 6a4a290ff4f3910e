package dev.pgkeel.autoconfigure;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;

/**
 * Has the classes loaded in the background, while the application's configuration is
 * read, that the first connection and the schema scripts need: the start would wait for
 * them otherwise.
 */
final class DriverPreinitializer implements BackgroundPreinitializer {

	private static final String[] CLASSES = { "com.zaxxer.hikari.HikariDataSource", "org.postgresql.Driver",
			"org.postgresql.jdbc.PgConnection", "org.postgresql.core.v3.ConnectionFactoryImpl",
			"org.postgresql.core.v3.QueryExecutorImpl", "org.postgresql.core.SetupQueryRunner",
			"org.postgresql.core.PGStream", "org.postgresql.core.Parser", "org.postgresql.core.v3.SimpleQuery",
			"org.postgresql.core.v3.SimpleParameterList", "org.postgresql.hostchooser.HostChooserFactory",
			"org.postgresql.jdbc.PgPreparedStatement", "org.postgresql.jdbc.PgResultSet",
			"org.postgresql.jdbc.PgDatabaseMetaData", "org.postgresql.jdbc.TypeInfoCache",
			"org.postgresql.util.NumberParser", "dev.pgkeel.lease.GuardedDataSource", "dev.pgkeel.lease.PoolLeases",
			"dev.pgkeel.autoconfigure.PoolConfigurer", "dev.pgkeel.autoconfigure.PoolInspector",
			"dev.pgkeel.autoconfigure.PoolInspection", "dev.pgkeel.schema.SchemaInitializer",
			"dev.pgkeel.schema.SchemaStart", "dev.pgkeel.schema.ScriptNeeds", "dev.pgkeel.schema.CatalogReader",
			"com.zaxxer.hikari.pool.HikariPool", "dev.pgkeel.server.ServerMonitor", "dev.pgkeel.server.Sentinel",
			"dev.pgkeel.alert.ConnectionAlerts" };

	@Override
	public void preinitialize() throws ClassNotFoundException {
		for (String name : CLASSES) {
			Class.forName(name, true, DriverPreinitializer.class.getClassLoader());
		}
	}

}
