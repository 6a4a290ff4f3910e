package dev.pgkeel.actuate;

import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.ServerMonitor;
import org.jspecify.annotations.Nullable;

/**
 * Where the endpoint has its knowledge from.
 *
 * @param inquiry asks the server, {@code null} if there is no single data source
 * @param pools the pools' reports, {@code null} if the pool's defaults are switched off
 * @param schema the schema scripts, {@code null} if they are switched off
 * @param leases the pools' leases, {@code null} if leaks are not looked for
 * @param monitor the monitor, {@code null} if there is none
 * @param alerts the alerts, {@code null} if they are switched off
 * @since 0.1.0
 */
public record EndpointSources(@Nullable ServerInquiry inquiry, @Nullable PoolReports pools,
		@Nullable SchemaInitializer schema, @Nullable LeasedPools leases, @Nullable ServerMonitor monitor,
		@Nullable ConnectionAlerts alerts) {

}
