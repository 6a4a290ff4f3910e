package dev.pgkeel.autoconfigure;

import java.util.Set;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the console's endpoint.
 *
 * @param showValues When to show SQL, without its values.
 * @param roles Roles that may see SQL, when that depends on them. Unless set, all who are
 * authenticated.
 * @since 0.1.0
 */
@ConfigurationProperties("management.endpoint.pgkeelconsole")
public record ConsoleEndpointProperties(@DefaultValue("never") Show showValues,
		@DefaultValue Set<String> roles) implements AopInfrastructureBean {

}
