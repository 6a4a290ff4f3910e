package dev.pgkeel.compatibility.twodatasources;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.compatibility.Leaks;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/**
 * Applications with a database for orders and one for reports, which tell them apart in
 * the ways that there are.
 */
final class Applications {

	private Applications() {
	}

	/**
	 * What they all have.
	 */
	@EnableAutoConfiguration
	@Import(Leaks.class)
	abstract static class Common {

		@Bean
		Reports reports(@Qualifier("reporting") DataSource dataSource) {
			return new Reports(dataSource);
		}

		@Bean
		Borrower borrower(BeanFactory beans) {
			return new Borrower(beans);
		}

	}

	/**
	 * The way that Spring Boot documents: the other one is no candidate where one is
	 * wanted, so that everything for the first is still configured automatically.
	 */
	@Configuration(proxyBeanMethods = false)
	static class NoDefaultCandidate extends Common {

		@Bean(defaultCandidate = false)
		@Qualifier("reporting")
		@ConfigurationProperties("reporting.datasource")
		DataSourceProperties reportingProperties() {
			return new DataSourceProperties();
		}

		@Bean(defaultCandidate = false)
		@Qualifier("reporting")
		@ConfigurationProperties("reporting.datasource.configuration")
		HikariDataSource reporting(@Qualifier("reporting") DataSourceProperties properties) {
			return properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
		}

		@Bean(defaultCandidate = false)
		@Qualifier("reporting")
		JdbcTransactionManager reportingTransactions(@Qualifier("reporting") DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	/**
	 * Both are candidates.
	 */
	abstract static class BothCandidates extends Common {

		@Bean
		@Qualifier("reporting")
		@ConfigurationProperties("reporting.datasource")
		HikariDataSource reporting() {
			return new HikariDataSource();
		}

		@Bean
		@Qualifier("reporting")
		JdbcTransactionManager reportingTransactions(@Qualifier("reporting") DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	/**
	 * The older way: one of the two is primary.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OnePrimary extends BothCandidates {

		@Bean
		@Primary
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource dataSource(DataSourceProperties properties) {
			return properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
		}

		@Bean
		@Primary
		JdbcTransactionManager transactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	/**
	 * Neither comes before the other.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Equals extends BothCandidates {

		@Bean
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource dataSource(DataSourceProperties properties) {
			return properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
		}

		@Bean
		JdbcTransactionManager transactionManager(@Qualifier("dataSource") DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	/**
	 * Works on the other database.
	 */
	public static class Reports {

		private final JdbcClient jdbc;

		Reports(DataSource dataSource) {
			this.jdbc = JdbcClient.create(dataSource);
		}

		/**
		 * Takes longer than it may.
		 */
		@Transactional(transactionManager = "reportingTransactions", timeout = 1)
		public void sleep() {
			this.jdbc.sql("select count(*) from pg_sleep(30)").query(Long.class).single();
		}

	}

	/**
	 * Forgets connections.
	 */
	static class Borrower {

		private final BeanFactory beans;

		Borrower(BeanFactory beans) {
			this.beans = beans;
		}

		/**
		 * Borrows a connection, and never returns it.
		 * @param name the name of the data source
		 */
		void forget(String name) {
			try {
				Connection connection = this.beans.getBean(name, DataSource.class).getConnection();
				connection.setReadOnly(true);
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
