package dev.pgkeel.compatibility.datajdbc;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

@Table("accounts")
record Account(@Id @Nullable Long id, String owner, int balance) {

	Account withdraw(int amount) {
		return new Account(this.id, this.owner, this.balance - amount);
	}

}
