package dev.pgkeel.sample;

import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Signs tenants up: the tenant and the welcome note are both written, or neither is.
 */
@Service
class TenantRegistration {

	private final TransactionTemplate transaction;

	private final TenantRepository tenants;

	private final NoteRepository notes;

	TenantRegistration(TransactionTemplate transaction, TenantRepository tenants, NoteRepository notes) {
		this.transaction = transaction;
		this.tenants = tenants;
		this.notes = notes;
	}

	Tenant register(NewTenant newTenant) {
		return this.transaction.execute((status) -> {
			Tenant tenant = this.tenants.add(newTenant).orElseThrow(() -> new EmailTakenException(newTenant.email()));
			this.notes.add(tenant.id(), "welcome", "Welcome! This is your first note.");
			return tenant;
		});
	}

}
