package dev.pgkeel.sample.lab;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Handles connections badly. Do not copy.
 */
@RestController
@RequestMapping("/lab")
@ConditionalOnBooleanProperty("sample.lab.enabled")
class LabController {

	private final DataSource dataSource;

	private final TransactionTemplate transaction;

	private final JdbcClient client;

	LabController(DataSource dataSource, TransactionTemplate transaction, JdbcClient client) {
		this.dataSource = dataSource;
		this.transaction = transaction;
		this.client = client;
	}

	/**
	 * Returns early, past the {@code close()}, and forgets the connection.
	 */
	@PostMapping("/leak")
	Taken leak() throws SQLException {
		Connection connection = this.dataSource.getConnection();
		int pid = backendPid(connection);
		if (pid > 0) {
			return new Taken(List.of(pid));
		}
		connection.close();
		return new Taken(List.of());
	}

	/**
	 * Keeps a connection while it does something else.
	 */
	@PostMapping("/hold")
	Taken hold(@RequestParam @Min(1) @Max(300) int seconds) throws SQLException, InterruptedException {
		try (Connection connection = this.dataSource.getConnection()) {
			Taken taken = new Taken(List.of(backendPid(connection)));
			TimeUnit.SECONDS.sleep(seconds);
			return taken;
		}
	}

	/**
	 * Takes a second connection before the first is returned, so that as many callers as
	 * the pool has connections wait for each other.
	 */
	@PostMapping("/nested")
	Taken nested() throws SQLException {
		try (Connection outer = this.dataSource.getConnection(); Connection inner = this.dataSource.getConnection()) {
			return new Taken(List.of(backendPid(outer), backendPid(inner)));
		}
	}

	/**
	 * Keeps a transaction open: with a statement, then with nothing at all, and ends it
	 * with another statement.
	 */
	@PostMapping("/transaction")
	Taken transaction(@RequestParam(defaultValue = "0") @Min(0) @Max(300) int sql,
			@RequestParam(defaultValue = "0") @Min(0) @Max(300) int idle) {
		return this.transaction.execute((status) -> {
			this.client.sql("SELECT pg_sleep(?)").param(sql).query().singleRow();
			sleep(idle);
			return new Taken(List.of(this.client.sql("SELECT pg_backend_pid()").query(Integer.class).single()));
		});
	}

	private static void sleep(int seconds) {
		try {
			TimeUnit.SECONDS.sleep(seconds);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static int backendPid(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
			row.next();
			return row.getInt(1);
		}
	}

	/**
	 * The connections that a request took.
	 *
	 * @param backendPids the processes behind them, as in {@code pg_stat_activity}
	 */
	record Taken(List<Integer> backendPids) {

	}

}
