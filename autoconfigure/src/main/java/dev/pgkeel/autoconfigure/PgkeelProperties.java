package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.OverBudget;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.tls.TlsMode;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * Properties of pgkeel. They are one bean: each more would be looked at whenever Spring
 * searches for beans by their type, which it does several hundred times in a start.
 *
 * @param enabled Whether pgkeel does anything at all.
 * @param mode Whether guards act, or only report what they would have done.
 * @param runtimeProfile Where the application runs, which decides the pool's size. Auto
 * tells it from the environment.
 * @param pooler What stands between the application and the server. Unless set, it is
 * found out.
 * @param direct Connection beside a pooler.
 * @param preflight First connection.
 * @param tls Encryption.
 * @param pool Pool's defaults.
 * @param fleet All instances of the application together.
 * @param schema Schema scripts.
 * @param transaction Guarded transactions.
 * @param leak Search for leaked connections.
 * @param monitor Monitor.
 * @param alert Alerts.
 * @param health Health component.
 * @param console Console.
 * @param check Whether to look at the server once, print one line and stop, with an exit
 * code.
 * @since 0.1.0
 */
@ConfigurationProperties("pgkeel")
public record PgkeelProperties(@DefaultValue("true") Boolean enabled, @DefaultValue("enforce") PgkeelMode mode,
		@DefaultValue("auto") RuntimeProfile runtimeProfile, @Nullable Pooler pooler, @DefaultValue Direct direct,
		@DefaultValue Preflight preflight, @DefaultValue Tls tls, @DefaultValue Pool pool,
		@DefaultValue @NestedConfigurationProperty FleetProperties fleet,
		@DefaultValue @NestedConfigurationProperty SchemaProperties schema,
		@DefaultValue @NestedConfigurationProperty TransactionProperties transaction,
		@DefaultValue @NestedConfigurationProperty LeakProperties leak,
		@DefaultValue @NestedConfigurationProperty MonitorProperties monitor,
		@DefaultValue @NestedConfigurationProperty AlertProperties alert,
		@DefaultValue @NestedConfigurationProperty HealthProperties health,
		@DefaultValue @NestedConfigurationProperty ConsoleProperties console,
		@DefaultValue("false") Boolean check) implements AopInfrastructureBean {

	/**
	 * Properties of connections that go to the server beside a pooler.
	 *
	 * @param url JDBC URL of the server itself, where the application goes through a
	 * pooler.
	 * @param username Role to connect as. Unless set, that of the application.
	 * @param password Password of the role. Unless set, that of the application.
	 */
	public record Direct(@Nullable String url, @Nullable String username, @Nullable String password) {

		/**
		 * Creates properties, where what an empty variable gives is not set.
		 * @param url JDBC URL, {@code null} or blank if not declared
		 * @param username role, {@code null} or blank for that of the application
		 * @param password password, {@code null} or empty for that of the application
		 */
		public Direct {
			url = StringUtils.hasText(url) ? url : null;
			username = StringUtils.hasText(username) ? username : null;
			password = StringUtils.hasLength(password) ? password : null;
		}

		@Override
		public String toString() {
			return "Direct[url=%s, username=%s]".formatted((this.url != null) ? "set" : "not set", this.username);
		}

	}

	/**
	 * Properties of the first connection.
	 *
	 * @param timeout Maximum time to wait for a server that is not up yet and refuses
	 * connections, when something needs it at start, such as schema scripts. A host that
	 * does not answer is not waited for.
	 */
	public record Preflight(@DefaultValue("30s") Duration timeout) {

	}

	/**
	 * Properties of the encryption.
	 *
	 * @param mode How much the connections are protected.
	 * @param rootCertificate Certificate of the authority that issued the server's, as a
	 * PEM file or a resource.
	 * @param bundle Name of the SSL bundle to use.
	 */
	public record Tls(@DefaultValue("auto") TlsMode mode, @Nullable String rootCertificate, @Nullable String bundle) {

		/**
		 * Creates properties, where what an empty variable gives is not set.
		 * @param mode how much the connections are protected
		 * @param rootCertificate PEM file or resource, {@code null} or blank for none
		 * @param bundle name of the SSL bundle, {@code null} or blank for none
		 */
		public Tls {
			rootCertificate = StringUtils.hasText(rootCertificate) ? rootCertificate : null;
			bundle = StringUtils.hasText(bundle) ? bundle : null;
		}

	}

	/**
	 * Properties of the pool's defaults.
	 *
	 * @param enabled Whether the runtime profile sets the pool's defaults.
	 * @param overBudget What to do about a pool that is too large for its fleet.
	 */
	public record Pool(@DefaultValue("true") Boolean enabled, @DefaultValue("clamp") OverBudget overBudget) {

	}

}
