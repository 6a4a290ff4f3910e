package dev.pgkeel.sample;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/**
 * What a tenant writes.
 *
 * @param body the text
 */
record NewNote(@NotBlank @Size(max = 10_000) @Storable String body) {

}
