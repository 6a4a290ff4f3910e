package dev.pgkeel.sample;

import java.util.UUID;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * The notes of one tenant.
 */
@RestController
@RequestMapping("/tenants/{tenantId}/notes")
class NoteController {

	private final TenantRepository tenants;

	private final NoteRepository notes;

	NoteController(TenantRepository tenants, NoteRepository notes) {
		this.tenants = tenants;
		this.notes = notes;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	Note add(@PathVariable UUID tenantId, @Valid @RequestBody NewNote note) {
		return this.notes.add(tenantId, "user", note.body()).orElseThrow(() -> new TenantNotFoundException(tenantId));
	}

	@GetMapping
	NotePage find(@PathVariable UUID tenantId, @RequestParam(defaultValue = "0") @Min(0) int page,
			@RequestParam(defaultValue = "20") @Min(1) @Max(100) int size) {
		Tenant tenant = this.tenants.find(tenantId).orElseThrow(() -> new TenantNotFoundException(tenantId));
		return this.notes.find(tenant.id(), page, size);
	}

}
