package dev.pgkeel.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.server.DatabaseTarget;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.common.BaseDataSource;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * Decides how the connections of a pool are protected. Whatever the user wrote in the URL
 * or in the driver's properties stays.
 *
 * @since 0.1.0
 */
public final class TlsPolicy implements AopInfrastructureBean {

	private static final String SSL_FACTORY = "sslfactory";

	private static final Pattern NAMES_NO_HOST = Pattern.compile("jdbc:postgresql:(?!//[^/?])");

	private static final String VALIDATES_NOTHING = ".NonValidatingFactory";

	private static final List<String> CHOICES = List.of("sslmode", "ssl", SSL_FACTORY, "sslrootcert");

	private static final List<String> CERTIFICATE = List.of("sslcert", "sslkey", "sslpassword");

	private final TlsMode mode;

	private final Trust trust;

	private final Function<String, HostKind> hostKinds;

	/**
	 * Creates a policy.
	 * @param mode how much the connections are protected
	 * @param trust whose certificates are trusted
	 */
	public TlsPolicy(TlsMode mode, Trust trust) {
		this(mode, trust, false);
	}

	/**
	 * Creates a policy.
	 * @param mode how much the connections are protected
	 * @param trust whose certificates are trusted
	 * @param kubernetes whether the application runs in Kubernetes
	 */
	public TlsPolicy(TlsMode mode, Trust trust, boolean kubernetes) {
		this(mode, trust, (host) -> HostKind.of(host, kubernetes));
	}

	TlsPolicy(TlsMode mode, Trust trust, Function<String, HostKind> hostKinds) {
		this.mode = mode;
		this.trust = trust;
		this.hostKinds = hostKinds;
	}

	/**
	 * Decides about a pool.
	 * @param config the pool, after the user's properties were bound to it
	 * @param detailsOfTheUser whether the connection's details come from somewhere else
	 * than {@code spring.datasource}, such as a container
	 * @return the decision
	 * @throws TlsConfigurationException if the user asks both for a verified server and
	 * for one that is not, or for a certificate that would not be presented
	 */
	public TlsDecision decide(HikariConfig config, boolean detailsOfTheUser) {
		Properties chosen = chosen(config);
		refuseContradiction(chosen);
		if (CHOICES.stream().anyMatch(chosen::containsKey)) {
			return new TlsDecision(chosenMode(chosen), "set by the user", Map.of());
		}
		if (this.mode != TlsMode.AUTO) {
			if (config.getDataSource() == null) {
				refuseUnsentCertificate(chosen);
			}
			return with(this.mode, "pgkeel.tls.mode is " + this.mode);
		}
		if (this.trust.given()) {
			return with(TlsMode.VERIFY_FULL, "there is a certificate to verify with");
		}
		if (detailsOfTheUser) {
			return new TlsDecision(null, "the connection's details decide", Map.of(),
					farthest(hosts(config)) == HostKind.PUBLIC);
		}
		return auto(farthest(hosts(config)));
	}

	/**
	 * Tells what the user asks for of every pool and one that is left as it is does not
	 * have.
	 * @param config the pool
	 * @return the driver's parameters that would give it that, {@code null} if nothing is
	 * asked for or the pool has settings of its own
	 */
	public @Nullable String missing(HikariConfig config) {
		if ((this.mode == TlsMode.AUTO && !this.trust.given())
				|| CHOICES.stream().anyMatch(chosen(config)::containsKey)) {
			return null;
		}
		TlsMode wanted = (this.mode != TlsMode.AUTO) ? this.mode : TlsMode.VERIFY_FULL;
		Map<String, String> settings = new TreeMap<>(with(wanted, "").settings());
		if (settings.remove("sslfactoryarg") != null) {
			settings.remove(SSL_FACTORY);
			settings.put("sslrootcert", "<the file of the bundle's authority>");
		}
		return settings.entrySet()
			.stream()
			.map((setting) -> setting.getKey() + "=" + setting.getValue())
			.collect(Collectors.joining("&"));
	}

	private static Properties chosen(HikariConfig config) {
		Properties chosen = new Properties();
		chosen.putAll(DatabaseTarget.driverProperties(config));
		chosen.putAll(DatabaseTarget.urlParameters(DatabaseTarget.driverUrl(config.getJdbcUrl())));
		chosen.putAll(DatabaseTarget.urlParameters(config));
		if (config.getDataSource() instanceof BaseDataSource driver) {
			Properties parameters = DatabaseTarget.urlParameters(driver.getURL());
			// Its setUrl sets every parameter that the URL does not name to its default
			parameters.remove(SSL_FACTORY, PGProperty.SSL_FACTORY.getDefaultValue());
			chosen.putAll(parameters);
		}
		return chosen;
	}

	private void refuseContradiction(Properties chosen) {
		boolean verifies = this.trust.given() || this.mode == TlsMode.VERIFY_CA || this.mode == TlsMode.VERIFY_FULL;
		if (verifies && chosen.getProperty(SSL_FACTORY, "").endsWith(VALIDATES_NOTHING)) {
			throw new TlsConfigurationException(
					"sslfactory is NonValidatingFactory, which trusts any server, but " + ((this.mode != TlsMode.AUTO)
							? "pgkeel.tls.mode is " + this.mode : "pgkeel.tls names whom to trust"),
					"Remove sslfactory from spring.datasource.url and spring.datasource.hikari.data-source-properties.",
					null);
		}
	}

	/**
	 * The factory that asks what the JVM trusts does not read these parameters.
	 */
	private void refuseUnsentCertificate(Properties chosen) {
		boolean ofJvm = !this.trust.given() && (this.mode == TlsMode.VERIFY_CA || this.mode == TlsMode.VERIFY_FULL);
		CERTIFICATE.stream().filter((name) -> ofJvm && chosen.containsKey(name)).findFirst().ifPresent((name) -> {
			throw new TlsConfigurationException(
					name + " is set, but pgkeel.tls.mode is " + this.mode
							+ " without pgkeel.tls.root-certificate, which asks what the JVM trusts and presents no"
							+ " certificate of the application",
					"Name whom to trust with pgkeel.tls.root-certificate, put both into pgkeel.tls.bundle, or write sslmode"
							+ " and sslrootcert into spring.datasource.url.",
					null);
		});
	}

	private static @Nullable String chosenMode(Properties chosen) {
		String sslMode = chosen.getProperty("sslmode");
		// The driver does not mind the case
		String asked = (sslMode != null) ? sslMode.toLowerCase(Locale.ROOT)
				: (isOn(chosen.getProperty("ssl")) ? "verify-full" : null);
		boolean pretends = asked != null && asked.startsWith("verify-")
				&& chosen.getProperty(SSL_FACTORY, "").endsWith(VALIDATES_NOTHING);
		return pretends ? TlsMode.REQUIRE.toString() : asked;
	}

	/**
	 * To the driver anything else means no, such as {@code yes} or {@code 1}.
	 */
	private static boolean isOn(@Nullable String ssl) {
		return ssl != null && (ssl.isEmpty() || Boolean.parseBoolean(ssl));
	}

	/**
	 * Of several hosts the farthest decides.
	 */
	private HostKind farthest(List<String> hosts) {
		return hosts.stream().map(this.hostKinds).max(HostKind::compareTo).orElse(HostKind.LOOPBACK);
	}

	private TlsDecision auto(HostKind farthest) {
		return switch (farthest) {
			case LOOPBACK -> new TlsDecision(null, "the connection does not leave the machine", Map.of());
			case PRIVATE -> new TlsDecision("prefer", "TLS if the server has it: its network is private",
					Map.of("sslmode", "prefer", "socketFactory", NegotiatingSocketFactory.class.getName()));
			case PUBLIC -> with(TlsMode.REQUIRE, "the server's network may be public");
		};
	}

	private TlsDecision with(TlsMode mode, String reason) {
		Map<String, String> settings = new HashMap<>();
		settings.put("sslmode", mode.toString());
		if (mode == TlsMode.VERIFY_CA || mode == TlsMode.VERIFY_FULL
				|| (mode == TlsMode.REQUIRE && this.trust.settings().containsKey("sslfactoryarg"))) {
			settings.putAll(this.trust.settings());
		}
		return new TlsDecision(mode.toString(), reason, Map.copyOf(settings));
	}

	/**
	 * Tells whether a pool's connections stay on this machine.
	 * @param config a pool that makes its connections with PostgreSQL's own driver
	 * @return whether its settings name hosts, and all of them are this machine
	 */
	public static boolean staysOnThisMachine(HikariConfig config) {
		List<String> hosts = hosts(config);
		return config.getDataSource() == null && !hosts.isEmpty()
				&& hosts.stream().allMatch((host) -> HostKind.of(host, false) == HostKind.LOOPBACK);
	}

	/**
	 * HikariCP does not look at the URL if the driver's data source class is named.
	 */
	private static List<String> hosts(HikariConfig config) {
		Properties properties = config.getDataSourceProperties();
		boolean byClass = config.getDataSourceClassName() != null;
		String hosts = DatabaseTarget.urlParameters(config).getProperty("PGHOST");
		if (byClass) {
			hosts = ignoringCase(properties, "serverNames", ignoringCase(properties, "serverName", hosts));
		}
		else if (NAMES_NO_HOST.matcher(String.valueOf(config.getJdbcUrl())).lookingAt()) {
			hosts = properties.getProperty("PGHOST", hosts);
		}
		return (hosts != null) ? new ArrayList<>(List.of(hosts.split("\\s*,\\s*"))) : List.of();
	}

	private static @Nullable String ignoringCase(Properties properties, String name, @Nullable String otherwise) {
		return properties.stringPropertyNames()
			.stream()
			.filter(name::equalsIgnoreCase)
			.map(properties::getProperty)
			.findFirst()
			.orElse(otherwise);
	}

	/**
	 * Sets what was decided on a pool that does not run yet.
	 * @param config the pool
	 * @param decision the decision
	 */
	public static void apply(HikariConfig config, TlsDecision decision) {
		decision.settings().forEach(config::addDataSourceProperty);
	}

}
