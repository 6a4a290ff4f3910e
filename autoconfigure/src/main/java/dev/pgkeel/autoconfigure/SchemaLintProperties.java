package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the advice about schema scripts.
 *
 * @param lint What is done with advice about schema scripts. Unless set, it is logged in
 * the runtime profile development, and not looked for elsewhere.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel.schema")
public record SchemaLintProperties(@Nullable SchemaLintMode lint) {

}
