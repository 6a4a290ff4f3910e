package dev.pgkeel.compatibility;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;

/**
 * What all applications have.
 */
@Configuration(proxyBeanMethods = false)
@EnableResilientMethods
public class ContractConfiguration {

	@Bean
	AccountService accountService(Accounts accounts) {
		return new AccountService(accounts);
	}

	@Bean
	Leaks leaks() {
		return new Leaks();
	}

}
