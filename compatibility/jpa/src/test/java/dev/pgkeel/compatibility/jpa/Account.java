package dev.pgkeel.compatibility.jpa;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

@Entity
@Table(name = "accounts")
class Account {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	private String owner;

	private int balance;

	Account() {
	}

	Account(String owner, int balance) {
		this.owner = owner;
		this.balance = balance;
	}

	int balance() {
		return this.balance;
	}

	void withdraw(int amount) {
		this.balance -= amount;
	}

}
