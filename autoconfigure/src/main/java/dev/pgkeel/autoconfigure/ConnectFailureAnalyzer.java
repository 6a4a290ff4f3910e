package dev.pgkeel.autoconfigure;

import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

import javax.sql.DataSource;

import dev.pgkeel.schema.SchemaScriptException;
import dev.pgkeel.server.ConnectFailure;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.DirectWayFailure;
import dev.pgkeel.server.UrlMistake;
import dev.pgkeel.tls.ServerCertificate;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Explains why an application whose start needs the database could not connect, whoever
 * tried: schema scripts, JPA, Flyway or Liquibase. It comes before the analyzers of
 * those.
 */
class ConnectFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> implements Ordered {

	private static final String PREFIX = "spring.datasource.";

	private static final String DIRECT = "pgkeel.direct.";

	private static final List<String> NAMES = List.of("url", "username", "password");

	/**
	 * Spring Boot keeps the class of its own details to itself.
	 */
	private static final String DETAILS_OF_THE_PROPERTIES = "PropertiesJdbcConnectionDetails";

	private final @Nullable Environment environment;

	private final @Nullable BeanFactory beans;

	ConnectFailureAnalyzer(@Nullable Environment environment, @Nullable BeanFactory beans) {
		this.environment = environment;
		this.beans = beans;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 100;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
		ConnectFailure failure = ConnectFailure.of(rootFailure);
		if (failure == null || isLostByScripts(rootFailure, cause)
				|| !(isOfDriver(rootFailure) || isPostgres(property(inForce("url"))))) {
			return null;
		}
		DirectWayFailure direct = DirectWayFailure.of(rootFailure);
		List<String> dataSources = (direct != null) ? List.of() : dataSources();
		if (dataSources.size() > 1) {
			return new FailureAnalysis(
					"There is no connection to the server of one of the data sources (" + String.join(", ", dataSources)
							+ "), since " + failure.problem(),
					failure.action() + " If it is not the data source of spring.datasource, its own properties are"
							+ " meant instead.",
					cause);
		}
		if (failure.isOtherHost()) {
			failure = withNames(failure, (direct != null) ? DIRECT + "url" : inForce("url"));
		}
		return new FailureAnalysis("There is no connection to " + ((direct != null) ? server(direct) : server())
				+ ", since " + failure.problem(), correct(failure.action(), direct != null), cause);
	}

	/**
	 * The SQLSTATE is no proof: other databases have the same for a wrong password.
	 */
	private static boolean isOfDriver(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof PSQLException) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A connection that schema scripts had and lost: they tell where they were.
	 */
	private static boolean isLostByScripts(Throwable failure, SQLException cause) {
		for (Throwable wrapper = failure; wrapper != null; wrapper = wrapper.getCause()) {
			if (wrapper instanceof SchemaScriptException ex) {
				return !ex.isWhileConnecting() && !ConnectFailure.isOfTheServer(cause);
			}
		}
		return false;
	}

	private static boolean isPostgres(@Nullable String url) {
		DatabaseTarget target = DatabaseTarget.ofSettings(url, null);
		return target == DatabaseTarget.POSTGRESQL || target == DatabaseTarget.WRAPPED_POSTGRESQL;
	}

	/**
	 * The exception does not tell which of several data sources it is from.
	 */
	private List<String> dataSources() {
		return (this.beans instanceof ListableBeanFactory all)
				? List.of(all.getBeanNamesForType(DataSource.class, true, false)) : List.of();
	}

	/**
	 * Role and password are the application's unless the direct way has its own.
	 */
	private String correct(String action, boolean direct) {
		String corrected = action;
		for (String name : NAMES) {
			boolean own = direct && (name.equals("url") || ofDirectWay(name) != null);
			corrected = corrected.replace(PREFIX + name, own ? DIRECT + name : shown(name));
		}
		return corrected;
	}

	private String shown(String name) {
		return isFromElsewhere(inForce(name)) ? "the " + name + " of the JdbcConnectionDetails" : inForce(name);
	}

	/**
	 * HikariCP's own properties are bound to the pool last, and win.
	 */
	private String inForce(String name) {
		String own = PoolPropertyOrigins.PREFIX + (name.equals("url") ? "jdbc-url" : name);
		return (property(own) != null) ? own : PREFIX + name;
	}

	/**
	 * The driver names the host that was asked for, but not those of the certificate.
	 */
	private ConnectFailure withNames(ConnectFailure failure, String property) {
		Properties parameters = DatabaseTarget.urlParameters(value(property));
		String host = parameters.getProperty("PGHOST", "").split(",")[0];
		List<String> names = host.isEmpty() ? List.of() : ServerCertificate.names(host,
				Integer.parseInt(parameters.getProperty("PGPORT", "5432").split(",")[0]));
		return names.isEmpty() ? failure : failure.with("the certificate is for " + String.join(", ", names));
	}

	/**
	 * Names the server without the URL's parameters, of which one may be a password.
	 */
	private String server() {
		String property = inForce("url");
		String url = value(property);
		String username = value(inForce("username"));
		if (url == null || DatabaseTarget.ofSettings(url, null) != DatabaseTarget.POSTGRESQL) {
			return "the database";
		}
		return UrlMistake.shown(url) + " (" + property + ")" + ((username != null) ? " as " + username : "");
	}

	/**
	 * Connection details of a container or of the user's own take the place of
	 * {@code spring.datasource}. They are not asked: the context is closed already.
	 */
	private @Nullable String value(String property) {
		return isFromElsewhere(property) ? null : property(property);
	}

	private boolean isFromElsewhere(String property) {
		if (NAMES.stream().noneMatch((name) -> property.equals(PREFIX + name))
				|| !(this.beans instanceof ListableBeanFactory all)) {
			return false;
		}
		for (String name : all.getBeanNamesForType(JdbcConnectionDetails.class, true, false)) {
			Class<?> type = all.getType(name, false);
			if (type != null && !DETAILS_OF_THE_PROPERTIES.equals(type.getSimpleName())) {
				return true;
			}
		}
		return false;
	}

	private String server(DirectWayFailure direct) {
		String own = ofDirectWay("username");
		String username = (own != null) ? own : value(inForce("username"));
		return direct.shownUrl() + " (pgkeel.direct.url)" + ((username != null) ? " as " + username : "");
	}

	/**
	 * An empty role or password is none.
	 */
	private @Nullable String ofDirectWay(String name) {
		String value = property(DIRECT + name);
		boolean given = name.equals("password") ? StringUtils.hasLength(value) : StringUtils.hasText(value);
		return given ? value : null;
	}

	private @Nullable String property(String name) {
		return (this.environment != null) ? Binder.get(this.environment).bind(name, String.class).orElse(null) : null;
	}

}
