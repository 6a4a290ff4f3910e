package dev.pgkeel.sample;

import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/**
 * What a tenant signs up with.
 *
 * @param email the address
 * @param plan what was bought
 */
record NewTenant(@NotNull @Email @Size(min = 3, max = 254) @Storable String email,
		@NotNull @Pattern(regexp = "free|pro|enterprise", message = "must be free, pro or enterprise") String plan) {

}
