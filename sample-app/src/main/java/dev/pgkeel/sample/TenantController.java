package dev.pgkeel.sample;

import java.net.URI;
import java.util.UUID;

import jakarta.validation.Valid;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The tenants.
 */
@RestController
@RequestMapping("/tenants")
class TenantController {

	private final TenantRegistration registration;

	private final TenantRepository tenants;

	TenantController(TenantRegistration registration, TenantRepository tenants) {
		this.registration = registration;
		this.tenants = tenants;
	}

	@PostMapping
	ResponseEntity<Tenant> register(@Valid @RequestBody NewTenant newTenant, UriComponentsBuilder base) {
		Tenant tenant = this.registration.register(newTenant);
		URI location = base.path("/tenants/{id}").build(tenant.id());
		return ResponseEntity.created(location).body(tenant);
	}

	@GetMapping("/{id}")
	Tenant find(@PathVariable UUID id) {
		return this.tenants.find(id).orElseThrow(() -> new TenantNotFoundException(id));
	}

}
