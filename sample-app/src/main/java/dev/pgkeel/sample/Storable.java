package dev.pgkeel.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.Pattern;

/**
 * Text that PostgreSQL can store. JSON may carry what {@code text} may not: the character
 * NUL, and halves of a surrogate pair.
 */
@Target({ ElementType.FIELD, ElementType.PARAMETER })
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = {})
@Pattern(regexp = "[^\\x00\\p{Cs}]*")
@ReportAsSingleViolation
@interface Storable {

	String message() default "must not contain the character NUL or half a surrogate pair";

	Class<?>[] groups() default {};

	Class<? extends Payload>[] payload() default {};

}
