package dev.pgkeel.existing;

import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests that the code of an ordinary application with JPA, declared transactions and
 * {@link JdbcClient} does the same with pgkeel as without.
 */
class ExistingApplicationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void applicationRunsUnchanged(boolean enabled) {
		this.database.execute("""
				create table if not exists books (id bigint generated always as identity primary key,
				  title text not null unique)""");
		try (ConfigurableApplicationContext context = run(enabled)) {
			Books books = context.getBean(Books.class);
			books.add("one");
			assertThatIllegalStateException().isThrownBy(() -> books.addAndFail("lost"));
			assertThatExceptionOfType(DuplicateKeyException.class).isThrownBy(() -> books.addByJdbc("one"));
			books.addByJdbc("two");
			assertThat(books.titles()).containsExactly("one", "two");
			assertThatIllegalStateException().isThrownBy(() -> books.addBothWaysAndFail("three", "four"));
			books.addBothWays("five", "six");
			assertThat(books.titlesByJdbc()).containsExactly("five", "one", "six", "two");
			assertThat(books.addAuditedAndFail("seven")).isEqualTo("failed");
			assertThat(books.titles()).doesNotContain("seven").contains("audit");
			this.database.execute("truncate books");
			assertThat(context.getBean("dataSource")).isInstanceOf(HikariDataSource.class);
		}
	}

	private ConfigurableApplicationContext run(boolean enabled) {
		SpringApplication application = new SpringApplicationBuilder(BooksConfiguration.class)
			.web(WebApplicationType.NONE)
			.properties(this.database.properties())
			.properties("pgkeel.enabled=" + enabled, "spring.flyway.enabled=false", "spring.liquibase.enabled=false",
					"pgkeel.embedded.enabled=false", "spring.jpa.open-in-view=false")
			.build();
		return application.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class BooksConfiguration {

		@Bean
		Books books(EntityManager entities, JdbcClient jdbc, TransactionTemplate transactions, Audit audit) {
			return new Books(entities, jdbc, transactions, audit);
		}

		@Bean
		Audit audit(JdbcClient jdbc) {
			return new Audit(jdbc);
		}

	}

	public static class Audit {

		private final JdbcClient jdbc;

		Audit(JdbcClient jdbc) {
			this.jdbc = jdbc;
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void write() {
			this.jdbc.sql("insert into books (title) values ('audit')").update();
		}

	}

	public static class Books {

		private final EntityManager entities;

		private final JdbcClient jdbc;

		private final TransactionTemplate transactions;

		private final Audit audit;

		Books(EntityManager entities, JdbcClient jdbc, TransactionTemplate transactions, Audit audit) {
			this.entities = entities;
			this.jdbc = jdbc;
			this.transactions = transactions;
			this.audit = audit;
		}

		@Transactional
		public void add(String title) {
			this.entities.persist(new Book(title));
		}

		@Transactional
		public void addAndFail(String title) {
			this.entities.persist(new Book(title));
			this.entities.flush();
			throw new IllegalStateException("on purpose");
		}

		public void addByJdbc(String title) {
			this.jdbc.sql("insert into books (title) values (?)").param(title).update();
		}

		public void addBothWays(String one, String other) {
			this.transactions.executeWithoutResult((status) -> {
				this.entities.persist(new Book(one));
				addByJdbc(other);
			});
		}

		public void addBothWaysAndFail(String one, String other) {
			this.transactions.executeWithoutResult((status) -> {
				this.entities.persist(new Book(one));
				addByJdbc(other);
				throw new IllegalStateException("on purpose");
			});
		}

		public String addAuditedAndFail(String title) {
			try {
				this.transactions.executeWithoutResult((status) -> {
					addByJdbc(title);
					this.audit.write();
					throw new IllegalStateException("on purpose");
				});
				return "added";
			}
			catch (IllegalStateException ex) {
				return "failed";
			}
		}

		@Transactional(readOnly = true)
		public List<String> titles() {
			return this.entities.createQuery("select b.title from Book b order by b.title", String.class)
				.getResultList();
		}

		public List<String> titlesByJdbc() {
			return this.jdbc.sql("select title from books order by title").query(String.class).list();
		}

	}

	@Entity(name = "Book")
	@Table(name = "books")
	static class Book {

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		private Long id;

		private String title;

		Book() {
		}

		Book(String title) {
			this.title = title;
		}

	}

}
