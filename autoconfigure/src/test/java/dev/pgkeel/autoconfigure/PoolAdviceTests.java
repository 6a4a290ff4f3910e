package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.ServerFacts;
import dev.pgkeel.server.SessionLimits;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolAdvice}.
 */
class PoolAdviceTests {

	private final HikariConfig pool = new HikariConfig();

	@Test
	void soundPoolNeedsNoAdvice() throws SQLException {
		TestDatabase database = TestServer.shared().newDatabase();
		try (Connection connection = database.connect()) {
			assertThat(
					PoolAdvice.about(this.pool, ServerFacts.read(connection), Pooler.DIRECT, RuntimeProfile.LONG_LIVED))
				.isEmpty();
		}
		assertThat(PoolAdvice.about(this.pool)).isEmpty();
	}

	@Test
	void minimumAboveTheMaximum() {
		this.pool.setMaximumPoolSize(5);
		this.pool.setMinimumIdle(8);
		assertThat(PoolAdvice.about(this.pool)).singleElement()
			.asString()
			.contains("minimum-idle is 8", "maximum-pool-size (5)", "Lower the one");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:postgresql://db/x?sslfactory=org.postgresql.ssl.NonValidatingFactory",
			"jdbc:postgresql://db/x" })
	void factoryThatValidatesNothing(String url) {
		this.pool.setJdbcUrl(url);
		if (!url.contains("?")) {
			this.pool.addDataSourceProperty("sslfactory", "org.postgresql.ssl.NonValidatingFactory");
		}
		assertThat(PoolAdvice.about(this.pool)).singleElement()
			.asString()
			.contains("NonValidatingFactory", "pgkeel.tls.root-certificate");
	}

	@Test
	void standbyBehindAPoolThatWrites() {
		ServerFacts standby = facts(180000, true);
		assertThat(PoolAdvice.about(this.pool, standby, Pooler.DIRECT, RuntimeProfile.LONG_LIVED)).singleElement()
			.asString()
			.contains("is a standby", "spring.datasource.hikari.read-only=true");
		this.pool.setReadOnly(true);
		assertThat(PoolAdvice.about(this.pool, standby, Pooler.DIRECT, RuntimeProfile.LONG_LIVED)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "targetServerType=secondary", "targetServerType=preferSecondary", "targetServerType=slave",
			"targetServerType=preferSlave", "readOnly=true" })
	void standbyThatIsAskedForNeedsNoAdvice(String parameter) {
		ServerFacts standby = facts(180000, true);
		this.pool.setJdbcUrl("jdbc:postgresql://one,two/x?" + parameter);
		assertThat(PoolAdvice.about(this.pool, standby, Pooler.DIRECT, RuntimeProfile.LONG_LIVED)).isEmpty();
		this.pool.setJdbcUrl("jdbc:postgresql://one,two/x");
		assertThat(PoolAdvice.about(this.pool, standby, Pooler.DIRECT, RuntimeProfile.LONG_LIVED)).hasSize(1);
		this.pool.addDataSourceProperty(parameter.split("=")[0], parameter.split("=")[1]);
		assertThat(PoolAdvice.about(this.pool, standby, Pooler.DIRECT, RuntimeProfile.LONG_LIVED)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "targetServerType=any", "targetServerType=preferPrimary", "readOnlyMode=always" })
	void standbyThatIsNotAskedForNeedsAdvice(String parameter) {
		this.pool.setJdbcUrl("jdbc:postgresql://one,two/x?" + parameter);
		assertThat(PoolAdvice.about(this.pool, facts(180000, true), Pooler.DIRECT, RuntimeProfile.LONG_LIVED))
			.hasSize(1);
	}

	@Test
	void oldServer() {
		assertThat(PoolAdvice.about(this.pool, facts(130020, false), Pooler.DIRECT, RuntimeProfile.LONG_LIVED))
			.singleElement()
			.asString()
			.contains("supports 14 and later");
	}

	@Test
	void serverlessWithoutAPooler() {
		ServerFacts facts = facts(180000, false);
		assertThat(PoolAdvice.about(this.pool, facts, Pooler.DIRECT, RuntimeProfile.SERVERLESS)).singleElement()
			.asString()
			.contains("takes all 97 of them", "pooler in transaction mode");
		assertThat(PoolAdvice.about(this.pool, facts, Pooler.TRANSACTION, RuntimeProfile.SERVERLESS)).isEmpty();
	}

	private static ServerFacts facts(int version, boolean standby) {
		return new ServerFacts("x", version, standby, new SessionLimits(100, 3, null, null), "notes", "notes", false,
				null, 1);
	}

}
