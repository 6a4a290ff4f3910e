package dev.pgkeel.transaction;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * Maps the table {@code ledger_entries}.
 */
@Entity
@Table(name = "ledger_entries")
public class LedgerEntry {

	@Id
	private Long id = 0L;

	protected LedgerEntry() {
	}

	/**
	 * Creates an entry.
	 * @param id its id, so that it is written when the transaction commits
	 */
	public LedgerEntry(long id) {
		this.id = id;
	}

	Long getId() {
		return this.id;
	}

}
