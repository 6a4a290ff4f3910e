package dev.pgkeel.tls;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HostKind}.
 */
class HostKindTests {

	@ParameterizedTest
	@CsvSource({ "localhost, LOOPBACK", "db.localhost, LOOPBACK", "127.0.0.1, LOOPBACK", "127.8.8.8, LOOPBACK",
			"::1, LOOPBACK", "[::1], LOOPBACK", "db, PRIVATE", "postgres-0, PRIVATE", "10.1.2.3, PRIVATE",
			"172.16.0.1, PRIVATE", "172.32.0.1, PUBLIC", "192.168.1.1, PRIVATE", "169.254.1.1, PRIVATE",
			"100.64.0.1, PRIVATE", "100.128.0.1, PUBLIC", "fd00::1, PRIVATE", "fe80::1, PRIVATE", "2001:db8::1, PUBLIC",
			"8.8.8.8, PUBLIC", "db.example.com, PUBLIC", "db.corp.internal, PRIVATE", "db.local, PRIVATE",
			"pg.data.svc, PRIVATE", "pg.data.svc.cluster.local, PRIVATE", "DB.Example.COM, PUBLIC",
			"internal.example.com, PUBLIC", "10.example.com, PUBLIC", "db.prod.svc.cluster.local., PRIVATE",
			"localhost., LOOPBACK", "'', LOOPBACK", "db.example.com., PUBLIC", "0.0.0.0, LOOPBACK", "::, LOOPBACK",
			"pg.service.consul, PRIVATE", "pg.flycast, PRIVATE", "db.corp, PRIVATE", "db.machine.ts.net, PUBLIC",
			"postgres.database, PUBLIC" })
	void nameTellsHowFarAConnectionTravels(String host, HostKind expected) {
		assertThat(HostKind.of(host, false)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "postgres.database, PRIVATE", "postgres.database., PUBLIC", "db.example.com, PUBLIC", "8.8, PUBLIC",
			"localhost, LOOPBACK" })
	void nameOfTwoLabelsIsAServiceInKubernetes(String host, HostKind expected) {
		assertThat(HostKind.of(host, true)).isEqualTo(expected);
	}

}
