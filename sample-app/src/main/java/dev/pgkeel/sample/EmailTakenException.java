package dev.pgkeel.sample;

import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/**
 * The email belongs to another tenant.
 */
class EmailTakenException extends ErrorResponseException {

	EmailTakenException(String email) {
		super(HttpStatus.CONFLICT);
		setDetail("The email " + email + " belongs to another tenant");
	}

}
