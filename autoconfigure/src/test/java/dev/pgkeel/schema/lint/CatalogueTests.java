package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.pgkeel.embedded.EmbeddedPostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the linter says of the statements of a catalogue what the server does with
 * them. Each statement is run twice by this test; the states of PostgreSQL 15.18 beside
 * them are what they were when the catalogue was made.
 */
class CatalogueTests {

	/**
	 * What the server refuses inside a transaction.
	 */
	private static final Set<String> ALONE = Set.of("CREATE INDEX CONCURRENTLY", "CREATE INDEX CONCURRENTLY INE",
			"DROP INDEX CONCURRENTLY IE", "REINDEX CONCURRENTLY", "VACUUM", "ALTER SYSTEM", "CREATE DATABASE",
			"DETACH PARTITION CONCURRENTLY");

	private static EmbeddedPostgresServer server;

	private static Connection admin;

	@BeforeAll
	static void start() throws Exception {
		server = EmbeddedPostgresServer.start(null, 0);
		admin = connect("postgres");
		run(admin, "create database tgt");
		try (Connection connection = connect("tgt")) {
			for (String sql : CatalogueCase.fixture()) {
				run(connection, sql);
			}
			run(connection, "create server x foreign data wrapper postgres_fdw options (host 'localhost', port '"
					+ server.port() + "', dbname 'tgt')");
			run(connection, "create user mapping for current_user server x options (user 'postgres')");
			run(connection, "alter server x rename to remote");
		}
		run(admin, "create database fixture template tgt");
	}

	@AfterAll
	static void stop() throws SQLException {
		admin.close();
		server.close();
	}

	@Test
	void classifiesAllCasesAsTheServerDoes() throws Exception {
		Confusion confusion = new Confusion("catalogue");
		List<String> differences = new ArrayList<>();
		try (Connection connection = connect("tgt")) {
			for (CatalogueCase one : CatalogueCase.all()) {
				ServerTruth.Outcome truth = ALONE.contains(one.name()) ? alone(one)
						: new ServerTruth(connection).inTransaction(setup(one), one.statement());
				if (!recorded(one).equals(shown(truth))) {
					differences.add(one.name() + ": recorded " + recorded(one) + ", here " + shown(truth));
				}
				List<LintFinding> findings = Lint.last(one.before(), one.statement());
				confusion.add(truth, Lint.secondRunFails(findings), Lint.impossible(findings), one.statement());
			}
		}
		System.out.println(confusion);
		System.out.println("other than recorded on 15.18: " + differences);
		assertThat(confusion.total()).isEqualTo(262);
		assertThat(confusion.count("fails at once / no such clause")).isEqualTo(18);
		assertThat(confusion.precision()).as(confusion.toString()).isGreaterThanOrEqualTo(0.98);
		assertThat(confusion.recall()).as(confusion.toString()).isGreaterThanOrEqualTo(0.98);
	}

	@Test
	void classifiesThemInBlocksAsTheServerDoes() throws Exception {
		Confusion plain = new Confusion("in DO");
		Confusion handled = new Confusion("in DO, with the right handler");
		Confusion mishandled = new Confusion("in DO, with another handler");
		try (Connection connection = connect("tgt")) {
			for (CatalogueCase one : CatalogueCase.all()) {
				ServerTruth.Outcome bare = compare(connection, one, one.inBlock(""), plain);
				if (bare.failsOnSecond()) {
					compare(connection, one, one.inBlock("exception when sqlstate '" + bare.second() + "' then null;"),
							handled);
					compare(connection, one, one.inBlock("exception when division_by_zero then null;"), mishandled);
				}
			}
		}
		for (Confusion confusion : List.of(plain, handled, mishandled)) {
			System.out.println(confusion);
			assertThat(confusion.precision()).as(confusion.toString()).isGreaterThanOrEqualTo(0.98);
			assertThat(confusion.recall()).as(confusion.toString()).isGreaterThanOrEqualTo(0.98);
		}
		assertThat(mishandled.hits()).isGreaterThanOrEqualTo(90);
	}

	private static ServerTruth.Outcome compare(Connection connection, CatalogueCase one, String block,
			Confusion confusion) throws SQLException {
		ServerTruth.Outcome truth = new ServerTruth(connection).inTransaction(setup(one), block);
		List<LintFinding> findings = Lint.last(one.before(), block);
		confusion.add(truth, Lint.secondRunFails(findings), Lint.impossible(findings), block);
		return truth;
	}

	private static List<String> setup(CatalogueCase one) {
		if (one.name().equals("IMPORT FOREIGN SCHEMA")) {
			return List.of("alter server remote rename to x");
		}
		return one.allSetup();
	}

	private static ServerTruth.Outcome alone(CatalogueCase one) throws SQLException {
		run(admin, "create database alone template fixture");
		try (Connection connection = connect("alone")) {
			return new ServerTruth(connection).committed(one.allSetup(), one.statement());
		}
		finally {
			run(admin, "drop database alone with (force)");
		}
	}

	private static String recorded(CatalogueCase one) {
		return one.first() + "/" + one.second();
	}

	private static String shown(ServerTruth.Outcome truth) {
		return ((truth.first() != null) ? truth.first() : "ok") + "/"
				+ ((truth.second() != null) ? truth.second() : "ok");
	}

	private static Connection connect(String database) throws SQLException {
		return DriverManager.getConnection(server.jdbcUrl(database), server.user(), "");
	}

	private static void run(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
