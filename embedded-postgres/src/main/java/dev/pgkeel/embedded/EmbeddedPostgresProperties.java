package dev.pgkeel.embedded;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the embedded server.
 *
 * @param enabled Whether an embedded PostgreSQL server is started when no other database
 * is configured.
 * @param dataDirectory Directory that keeps the data between runs. Unless set, the data
 * is temporary.
 * @param port Port to listen on, or 0 for any free one.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel.embedded")
public record EmbeddedPostgresProperties(@DefaultValue("true") Boolean enabled, @Nullable Path dataDirectory,
		@DefaultValue("0") Integer port) {

}
