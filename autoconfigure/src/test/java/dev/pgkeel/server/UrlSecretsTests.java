package dev.pgkeel.server;

import java.util.Map;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UrlSecrets}.
 */
class UrlSecretsTests {

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql://db/x, jdbc:postgresql://db/x",
			"jdbc:postgresql://db/x?password=a, jdbc:postgresql://db/x",
			"jdbc:postgresql://db/x?user=u&password=a&ssl=true, jdbc:postgresql://db/x?user=u&ssl=true",
			"jdbc:postgresql://db/x?sslpassword=a&sslmode=require, jdbc:postgresql://db/x?sslmode=require",
			"jdbc:postgresql://db/x?passwordless=1, jdbc:postgresql://db/x?passwordless=1" })
	void urlKeepsTheRest(String url, String expected) {
		assertThat(UrlSecrets.of(url).url()).isEqualTo(expected);
	}

	@Test
	void secretsAreDecodedAndNotShown() {
		UrlSecrets hidden = UrlSecrets.of("jdbc:postgresql://db/x?password=a%26b%3D&sslpassword=c");
		assertThat(hidden.secrets()).isEqualTo(Map.of("password", "a&b=", "sslpassword", "c"));
		assertThat(hidden).asString().doesNotContain("a&b");
	}

	@Test
	void poolHasThemElsewhere() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://db/x?password=from-url&sslpassword=c&ssl=true");
		config.setPassword("from-property");
		UrlSecrets.hide(config);
		assertThat(config.getJdbcUrl()).isEqualTo("jdbc:postgresql://db/x?ssl=true");
		assertThat(config.getPassword()).isEqualTo("from-url");
		assertThat(config.getDataSourceProperties()).containsEntry("sslpassword", "c");
	}

	@Test
	void poolWithACredentialsProviderIsLeftAlone() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://db/x?password=from-url");
		config.setCredentialsProvider(() -> new Credentials("a", "b"));
		UrlSecrets.hide(config);
		assertThat(config.getJdbcUrl()).endsWith("?password=from-url");
	}

}
