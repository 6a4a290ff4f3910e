package dev.pgkeel.lease;

import java.time.Duration;

import javax.management.ObjectName;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import org.junit.jupiter.api.Test;

import org.springframework.jmx.export.annotation.AnnotationJmxAttributeSource;
import org.springframework.jmx.export.naming.MetadataNamingStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GuardedDataSource}.
 */
class GuardedDataSourceTests {

	/**
	 * By which dashboards and exporters know it.
	 */
	@Test
	void springNamesThePoolInJmxAsBefore() throws Exception {
		LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE,
				true);
		try (HikariDataSource plain = new HikariDataSource();
				HikariDataSource guarded = GuardedDataSource.of(plain, "dataSource", settings, (leak) -> {
				})) {
			MetadataNamingStrategy names = new MetadataNamingStrategy(new AnnotationJmxAttributeSource());
			ObjectName name = new ObjectName("com.zaxxer.hikari:name=dataSource,type=HikariDataSource");
			assertThat(names.getObjectName(plain, "dataSource")).isEqualTo(name);
			assertThat(names.getObjectName(guarded, "dataSource")).isEqualTo(name);
		}
	}

}
