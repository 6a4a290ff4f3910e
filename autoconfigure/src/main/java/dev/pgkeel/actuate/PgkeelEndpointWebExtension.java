package dev.pgkeel.actuate;

import java.util.Set;

import dev.pgkeel.actuate.PgkeelEndpoint.PgkeelDescriptor;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * The endpoint as it answers over HTTP, where not everybody may see values.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = PgkeelEndpoint.class)
public final class PgkeelEndpointWebExtension implements AopInfrastructureBean {

	private final PgkeelEndpoint endpoint;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Creates an extension.
	 * @param endpoint the endpoint
	 * @param showValues who may see values
	 * @param roles the roles that may, none for all who are authenticated
	 */
	public PgkeelEndpointWebExtension(PgkeelEndpoint endpoint, Show showValues, Set<String> roles) {
		this.endpoint = endpoint;
		this.showValues = showValues;
		this.roles = roles;
	}

	/**
	 * Returns what pgkeel knows.
	 * @param securityContext who asks
	 * @return the description
	 */
	@ReadOperation
	public PgkeelDescriptor pgkeel(SecurityContext securityContext) {
		return this.endpoint.describe(this.showValues.isShown(securityContext, this.roles));
	}

}
