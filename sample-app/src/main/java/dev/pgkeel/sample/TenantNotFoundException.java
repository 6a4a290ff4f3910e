package dev.pgkeel.sample;

import java.util.UUID;

import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/**
 * There is no such tenant.
 */
class TenantNotFoundException extends ErrorResponseException {

	TenantNotFoundException(UUID id) {
		super(HttpStatus.NOT_FOUND);
		setDetail("There is no tenant " + id);
	}

}
