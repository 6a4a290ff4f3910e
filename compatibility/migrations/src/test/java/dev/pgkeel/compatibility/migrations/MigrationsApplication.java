package dev.pgkeel.compatibility.migrations;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * An application with migrations, schema scripts, and Hibernate, which validates its
 * entities when it starts.
 */
@SpringBootApplication
class MigrationsApplication {

	@Bean
	Long ordersAtStart(OrderRepository orders) {
		return orders.count();
	}

}
