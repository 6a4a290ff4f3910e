package dev.pgkeel.autoconfigure;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.Driver;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for the guard in the contexts of a test suite: they share a database, and each of
 * them makes its tables anew.
 */
@ExtendWith(OutputCaptureExtension.class)
class ToolGuardInTestsTests {

	private static final TestDatabase DATABASE = TestServer.shared().newDatabase();

	@BeforeEach
	void fill() {
		DATABASE.execute("drop table if exists note; create table note (id bigint primary key);"
				+ " insert into note values (1)");
	}

	@Test
	void testOnItsOwnMachineIsOnlyWarned(CapturedOutput output) {
		start(OnThisMachine.class);
		assertThat(output).contains("hibernate.hbm2ddl.auto=create would drop 1 table that holds rows: public.note");
		assertThat(rows()).isZero();
	}

	@Test
	void testThatReachesAnotherMachineIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> start(OnAnotherMachine.class))
			.havingRootCause()
			.isInstanceOfSatisfying(ToolGuardException.class,
					(ex) -> assertThat(ex.getAction()).endsWith("set pgkeel.schema.tool-guard=warn or off. A test is"
							+ " only warned where its database is on its own machine."));
		assertThat(rows()).isOne();
	}

	@Test
	void testWhoseDriverHasItsOwnWayIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> start(ByAnotherWay.class))
			.havingRootCause()
			.isInstanceOf(ToolGuardException.class);
		assertThat(rows()).isOne();
	}

	@Test
	void whatIsDeclaredHoldsInTestsToo() {
		assertThatIllegalStateException().isThrownBy(() -> start(Declared.class))
			.havingRootCause()
			.isInstanceOfSatisfying(ToolGuardException.class,
					(ex) -> assertThat(ex.getAction()).doesNotContain("A test"));
		assertThat(rows()).isOne();
	}

	private static void start(Class<?> suite) {
		TestContext test = new TestContextManager(suite).getTestContext();
		test.getApplicationContext();
		test.markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
	}

	private static long rows() {
		return DATABASE.query("select count(*) from note", Long.class);
	}

	private static void use(String jdbcUrl, DynamicPropertyRegistry properties) {
		properties.add("spring.datasource.url", () -> jdbcUrl);
		properties.add("spring.datasource.username", DATABASE::username);
		properties.add("spring.datasource.password", DATABASE::password);
		properties.add("spring.jpa.hibernate.ddl-auto", () -> "create");
		properties.add("pgkeel.runtime-profile", () -> "long-lived");
	}

	@SpringBootTest(classes = SuiteConfiguration.class)
	static class OnThisMachine {

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry properties) {
			use(DATABASE.jdbcUrl(), properties);
		}

	}

	/**
	 * The second host is never asked.
	 */
	@SpringBootTest(classes = SuiteConfiguration.class)
	static class OnAnotherMachine {

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry properties) {
			use(DATABASE.jdbcUrl().replaceFirst("//[^/]+", "$0,db"), properties);
		}

	}

	@SpringBootTest(classes = SuiteConfiguration.class,
			properties = "spring.datasource.driver-class-name=dev.pgkeel.autoconfigure.ToolGuardInTestsTests$OtherDriver")
	static class ByAnotherWay {

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry properties) {
			use(DATABASE.jdbcUrl(), properties);
		}

	}

	@SpringBootTest(classes = SuiteConfiguration.class, properties = "pgkeel.schema.tool-guard=fail")
	static class Declared {

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry properties) {
			use(DATABASE.jdbcUrl(), properties);
		}

	}

	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
			PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelToolGuardAutoConfiguration.class })
	static class SuiteConfiguration extends PgkeelToolGuardAutoConfigurationTests.EntityConfiguration {

	}

	/**
	 * A driver of somebody else, which may go elsewhere.
	 */
	public static class OtherDriver extends Driver {

	}

}
