package dev.pgkeel.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the single check.
 *
 * @param check Whether to look at the server once, print one line and stop, with an exit
 * code.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel")
public record CheckProperties(@DefaultValue("false") boolean check) {

}
