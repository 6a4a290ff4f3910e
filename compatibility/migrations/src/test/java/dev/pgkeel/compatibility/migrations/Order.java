package dev.pgkeel.compatibility.migrations;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * Mapped to a table of the schema scripts, which refers to one of the migrations.
 */
@Entity
@Table(name = "orders")
class Order {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	private int customer;

	Order() {
	}

	Order(int customer) {
		this.customer = customer;
	}

}
