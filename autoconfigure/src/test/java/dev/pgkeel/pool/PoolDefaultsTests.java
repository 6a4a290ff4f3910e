package dev.pgkeel.pool;

import java.util.Map;
import java.util.Properties;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.pool.PoolSetting.Source;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.DatabaseTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolDefaults} and {@link AppliedDefaults}.
 */
class PoolDefaultsTests {

	private final HikariConfig config = new HikariConfig();

	@Test
	void eachSettingHasItsReason() {
		this.config.setJdbcUrl("jdbc:postgresql://db/notes");
		PoolReport report = apply(RuntimeProfile.LONG_LIVED).settle("pool", (property) -> null);
		assertThat(report.settings()).hasSize(9).allSatisfy((setting) -> {
			assertThat(setting.source()).isEqualTo(Source.PROFILE);
			assertThat(setting.reason()).isNotBlank();
		});
		assertThat(report)
			.hasToString("pool - runtime profile long-lived (declared): maximumPoolSize=10, minimumIdle=2,"
					+ " connectionTimeout=5 s, validationTimeout=3 s, idleTimeout=30 s, maxLifetime=30 min,"
					+ " keepaliveTime=2 min, tcpKeepAlive=true, ApplicationName=notes/abc123");
	}

	@Test
	void settingThatDiffersFromHikarisDefaultIsLeftAlone() {
		this.config.setMaximumPoolSize(33);
		this.config.setConnectionTimeout(1234);
		PoolReport report = apply(RuntimeProfile.SERVERLESS).settle("pool", (property) -> null);
		assertThat(this.config.getMaximumPoolSize()).isEqualTo(33);
		assertThat(this.config.getConnectionTimeout()).isEqualTo(1234);
		assertThat(report.from(Source.USER)).extracting(PoolSetting::toString)
			.containsExactly("maximumPoolSize=33", "connectionTimeout=1234 ms");
		assertThat(report).asString().endsWith("; yours: maximumPoolSize=33, connectionTimeout=1234 ms");
	}

	@Test
	void valueThatTheUserWroteIsTheUsersEvenIfItIsTheProfiles() {
		AppliedDefaults applied = apply(RuntimeProfile.LONG_LIVED);
		PoolReport report = applied.settle("pool", Map.of("maximum-pool-size", "application.yml - 3:5")::get);
		assertThat(report.from(Source.USER)).singleElement()
			.isEqualTo(new PoolSetting("maximumPoolSize", "10", Source.USER, "set in application.yml - 3:5"));
	}

	@Test
	void minimumIdleFollowsASmallerMaximumOfTheUser() {
		AppliedDefaults applied = apply(RuntimeProfile.LONG_LIVED);
		this.config.setMaximumPoolSize(1);
		applied.settle("pool", (property) -> null);
		assertThat(this.config.getMinimumIdle()).isOne();
	}

	@Test
	void maximumFollowsALargerMinimumOfTheUser() {
		AppliedDefaults applied = apply(RuntimeProfile.DEVELOPMENT);
		this.config.setMinimumIdle(8);
		applied.settle("pool", (property) -> null);
		assertThat(this.config.getMaximumPoolSize()).isEqualTo(8);
	}

	@Test
	void idleTimeoutOfAFixedSizePoolIsHikarisOwn() {
		AppliedDefaults applied = apply(RuntimeProfile.LONG_LIVED);
		this.config.setMinimumIdle(10);
		applied.settle("pool", (property) -> null);
		assertThat(this.config.getIdleTimeout()).isEqualTo(new HikariConfig().getIdleTimeout());
	}

	@Test
	void timesFollowAShorterLifetimeOfTheUser() {
		AppliedDefaults applied = apply(RuntimeProfile.LONG_LIVED);
		this.config.setMaxLifetime(30_000);
		PoolReport report = applied.settle("pool", (property) -> null);
		assertThat(this.config.getIdleTimeout()).isEqualTo(10_000);
		assertThat(this.config.getKeepaliveTime()).isZero();
		assertThat(report).asString().contains("idleTimeout=10 s", "keepaliveTime=off", "yours: maxLifetime=30 s");
	}

	@Test
	void driverPropertiesOfTheUserWin() {
		this.config.setJdbcUrl("jdbc:postgresql://db/notes?ApplicationName=mine");
		this.config.addDataSourceProperty("tcpKeepAlive", "false");
		PoolReport report = apply(RuntimeProfile.LONG_LIVED).settle("pool", (property) -> null);
		assertThat(this.config.getDataSourceProperties()).isEqualTo(properties("tcpKeepAlive", "false"));
		assertThat(report.from(Source.USER)).containsExactly(
				new PoolSetting("tcpKeepAlive", "false", Source.USER, "set by the application"),
				new PoolSetting("ApplicationName", "mine", Source.USER, "set in the JDBC URL"));
	}

	@Test
	void wrappedDriverGetsNoPropertyThatItMayNotKnow() {
		defaults(RuntimeProfile.LONG_LIVED).applyTo(this.config, DatabaseTarget.WRAPPED_POSTGRESQL);
		assertThat(this.config.getDataSourceProperties()).isEmpty();
		assertThat(this.config.getConnectionTimeout()).isEqualTo(5000);
	}

	@Test
	void dataSourceOfTheUserGetsNoProperty() {
		this.config.setDataSource(new PGSimpleDataSource());
		apply(RuntimeProfile.LONG_LIVED);
		assertThat(this.config.getDataSourceProperties()).isEmpty();
	}

	/**
	 * HikariCP limits the login of a data source by it.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void dataSourceKeepsTheTimeThatItsLoginMayTake(boolean byClass) {
		AppliedDefaults applied = apply(RuntimeProfile.LONG_LIVED);
		AppliedDefaults observed = defaults(RuntimeProfile.LONG_LIVED).observe(this.config, DatabaseTarget.POSTGRESQL);
		if (byClass) {
			this.config.setDataSourceClassName(PGSimpleDataSource.class.getName());
		}
		else {
			this.config.setDataSource(new PGSimpleDataSource());
		}
		assertThat(applied.settle("pool", (property) -> null)).asString().doesNotContain("connectionTimeout");
		assertThat(this.config.getConnectionTimeout()).isEqualTo(30_000);
		assertThat(observed.missedBy(observed.settle("pool", (property) -> null)))
			.noneMatch((setting) -> setting.startsWith("connectionTimeout"));
	}

	@Test
	void timeThatTheUserGivesALoginStays() {
		this.config.setDataSource(new PGSimpleDataSource());
		AppliedDefaults applied = apply(RuntimeProfile.LONG_LIVED);
		this.config.setConnectionTimeout(7000);
		assertThat(applied.settle("pool", (property) -> null)).asString().contains("yours: connectionTimeout=7 s");
		assertThat(this.config.getConnectionTimeout()).isEqualTo(7000);
	}

	@Test
	void revertLeavesWhatTheUserSetSince() {
		AppliedDefaults applied = apply(RuntimeProfile.SERVERLESS);
		this.config.setIdleTimeout(77_000);
		applied.revert();
		assertThat(this.config.getMaximumPoolSize()).isEqualTo(10);
		assertThat(this.config.getConnectionTimeout()).isEqualTo(30_000);
		assertThat(this.config.getIdleTimeout()).isEqualTo(77_000);
		assertThat(this.config.getDataSourceProperties()).isEmpty();
	}

	@Test
	void observedPoolIsNotTouched() {
		this.config.setIdleTimeout(77_000);
		AppliedDefaults observed = defaults(RuntimeProfile.SERVERLESS).observe(this.config, DatabaseTarget.POSTGRESQL);
		PoolReport report = observed.settle("pool", (property) -> null);
		assertThat(this.config.getMaximumPoolSize()).isEqualTo(10);
		assertThat(report.from(Source.PROFILE)).isEmpty();
		assertThat(observed.missedBy(report)).containsExactly("maximumPoolSize=1", "minimumIdle=0",
				"connectionTimeout=5 s", "validationTimeout=3 s", "maxLifetime=10 min", "keepaliveTime=off",
				"tcpKeepAlive=true", "ApplicationName=notes/abc123");
	}

	private AppliedDefaults apply(RuntimeProfile profile) {
		return defaults(profile).applyTo(this.config, DatabaseTarget.POSTGRESQL);
	}

	private static PoolDefaults defaults(RuntimeProfile profile) {
		return new PoolDefaults(new ActiveProfile(profile, "declared"), PoolSettings.of(profile), null,
				new ApplicationInstance("notes", "abc123"));
	}

	private static Properties properties(String name, String value) {
		Properties properties = new Properties();
		properties.setProperty(name, value);
		return properties;
	}

}
