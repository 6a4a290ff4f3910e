package dev.pgkeel.entities;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * Maps the table {@code note}. It has a package of its own, so that only those tests find
 * it that look for it.
 */
@Entity(name = "note")
public class GuardedNote {

	@Id
	private Long id;

	Long getId() {
		return this.id;
	}

}
