package dev.pgkeel.autoconfigure;

import java.util.Set;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the endpoint.
 *
 * @param showValues When to show values that not all may see.
 * @param roles Roles that may see them. Unless set, all who are authenticated.
 * @since 0.1.0
 */
@ConfigurationProperties("management.endpoint.pgkeel")
public record EndpointProperties(@DefaultValue("never") Show showValues,
		@DefaultValue Set<String> roles) implements AopInfrastructureBean {

}
