package dev.pgkeel.autoconfigure;

import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * Gives a connection to nobody who has not chosen a tenant, as outside of a request.
 */
final class RoutingWithoutDefault extends AbstractRoutingDataSource {

	private final Supplier<@Nullable Object> tenant;

	RoutingWithoutDefault() {
		this(() -> null);
	}

	RoutingWithoutDefault(Supplier<@Nullable Object> tenant) {
		this.tenant = tenant;
		setTargetDataSources(Map.of("tenant", new PGSimpleDataSource()));
	}

	@Override
	protected @Nullable Object determineCurrentLookupKey() {
		return this.tenant.get();
	}

}
