package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.tls.TlsPolicy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Looks at Hibernate's, Liquibase's and Boot's initializers right before they initialize,
 * and refuses those that would drop tables with rows. It has to look at the beans: with
 * {@code spring.jpa.defer-datasource-initialization} every initializer comes after
 * Hibernate. The database is asked only if one of them would drop something. It comes
 * early, since a post-processor of the application may need the database, and thereby its
 * initializers, before all of them are there.
 */
class ToolGuard
		implements BeanPostProcessor, PriorityOrdered, BeanFactoryAware, EnvironmentAware, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(ToolGuard.class);

	private static final int SHOWN_TABLES = 10;

	/**
	 * What Spring's test support calls the properties that it gives to a context, and
	 * Spring Boot's always gives one ({@code TestPropertySourceUtils} of Spring 7.0).
	 */
	private static final String OF_A_TEST = "Inlined Test Properties";

	private static final String TABLES = """
			select n.nspname || '.' || c.relname, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
			  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
			  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_'
			  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
			    and d.objid = c.oid and d.deptype = 'e')
			  and n.nspname <> 'information_schema' and pg_catalog.has_table_privilege(c.oid, 'select') order by 1
			""";

	@SuppressWarnings("NullAway.Init")
	private ConfigurableEnvironment environment;

	@SuppressWarnings("NullAway.Init")
	private ToolThreats threats;

	@SuppressWarnings("NullAway.Init")
	private ObjectProvider<PgkeelProperties> properties;

	@SuppressWarnings("NullAway.Init")
	private ObjectProvider<ActiveProfile> profile;

	/**
	 * Nothing is injected by type so early.
	 */
	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.threats = new ToolThreats((ListableBeanFactory) beanFactory);
		this.properties = beanFactory.getBeanProvider(PgkeelProperties.class);
		this.profile = beanFactory.getBeanProvider(ActiveProfile.class);
	}

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = (ConfigurableEnvironment) environment;
	}

	/**
	 * Last of the early ones, when the bean has been told all that its own annotations
	 * say.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		String advice = this.threats.advice(bean);
		if (advice != null && declared() != ToolGuardAction.OFF) {
			logger.warn(advice);
		}
		ToolThreat threat = this.threats.of(bean);
		DataSource dataSource = (threat != null) ? threat.dataSource() : null;
		if (threat != null && dataSource != null && declared() != ToolGuardAction.OFF
				&& DatabaseTarget.of(dataSource) != DatabaseTarget.OTHER) {
			judge(threat, dataSource);
		}
		return bean;
	}

	private @Nullable ToolGuardAction declared() {
		return this.properties.getObject().schema().toolGuard();
	}

	private ToolGuardAction action(DataSource dataSource) {
		ToolGuardAction declared = declared();
		if (declared != null) {
			return declared;
		}
		return (this.profile.getObject().profile() == RuntimeProfile.DEVELOPMENT
				|| (isTest() && isOnThisMachine(dataSource))) ? ToolGuardAction.WARN : ToolGuardAction.FAIL;
	}

	/**
	 * The contexts of a test suite share a database, and each of them makes its tables
	 * anew.
	 */
	private boolean isTest() {
		return this.environment.getPropertySources().contains(OF_A_TEST);
	}

	private static boolean isOnThisMachine(DataSource dataSource) {
		HikariDataSource pool = DatabaseTarget.pool(dataSource);
		return pool != null && DatabaseTarget.ofPool(pool) == DatabaseTarget.POSTGRESQL
				&& TlsPolicy.staysOnThisMachine(pool);
	}

	private void judge(ToolThreat threat, DataSource dataSource) {
		List<String> stake = tablesWithRows(threat, dataSource);
		if (stake.isEmpty()) {
			return;
		}
		Map<String, String> settings = settings(threat);
		String description = String.join("; ", settings.keySet()) + " would drop " + stake.size()
				+ ((stake.size() == 1) ? " table that holds rows: " : " tables that hold rows: ")
				+ String.join(", ", stake.subList(0, Math.min(SHOWN_TABLES, stake.size())))
				+ ((stake.size() > SHOWN_TABLES) ? ", ..." : "");
		String remedy = "Set " + String.join("; ", new LinkedHashSet<>(settings.values()))
				+ ". If the rows may go, set pgkeel.schema.tool-guard=warn or off." + ((isTest() && declared() == null)
						? " A test is only warned where its database is on its own machine." : "");
		if (action(dataSource) != ToolGuardAction.FAIL) {
			logger.warn(description + ". " + remedy);
		}
		else if (this.properties.getObject().mode() == PgkeelMode.OBSERVE) {
			logger.warn("The start would have been refused: " + description + ". " + remedy);
		}
		else {
			throw new ToolGuardException(description, remedy);
		}
	}

	/**
	 * The others are listed too, so that one start shows all that has to be changed, each
	 * with what to set instead.
	 */
	private Map<String, String> settings(ToolThreat threat) {
		Map<String, String> settings = new LinkedHashMap<>();
		settings.put(threat.setting(), threat.remedy());
		String ddl = this.environment.getProperty("spring.jpa.hibernate.ddl-auto", "none");
		if (ddl.startsWith("create") || ddl.equals("drop")) {
			settings.put("hibernate.hbm2ddl.auto=" + ddl, ToolThreats.VALIDATE);
		}
		if (this.environment.getProperty("spring.liquibase.drop-first", "false").equals("true")) {
			settings.put("spring.liquibase.drop-first=true", ToolThreats.NO_DROP_FIRST);
		}
		if (this.environment.getProperty("spring.sql.init.mode", "embedded").equalsIgnoreCase("always")) {
			DroppingScripts scripts = DroppingScripts.among(initScripts());
			if (!scripts.isEmpty()) {
				settings.put(scripts.toString(), ToolThreats.NEVER);
			}
		}
		return settings;
	}

	private List<String> initScripts() {
		List<String> locations = new ArrayList<>();
		for (String kind : List.of("schema", "data")) {
			locations.addAll(Binder.get(this.environment)
				.bind("spring.sql.init." + kind + "-locations", Bindable.listOf(String.class))
				.orElse(List.of("classpath*:" + kind + ".sql")));
		}
		return locations;
	}

	/**
	 * Asks in the tool's own way: what it would drop is there, whatever
	 * {@code pgkeel.direct} leads to.
	 */
	private List<String> tablesWithRows(ToolThreat threat, DataSource dataSource) {
		List<String> tables = new ArrayList<>();
		try (Connection connection = preflight(dataSource).connectWhenUp()) {
			if (!Preflight.isPostgres(connection)) {
				return tables;
			}
			List<String[]> candidates = new ArrayList<>();
			try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(TABLES)) {
				while (rows.next()) {
					candidates.add(new String[] { rows.getString(1), rows.getString(2) });
				}
				for (String[] table : candidates) {
					if (threat.drops().test(table[0]) && hasRows(statement, table[1])) {
						tables.add(table[0]);
					}
				}
			}
		}
		catch (SQLException ex) {
			logger.warn("It is unknown whether " + threat.setting() + " would drop tables that hold rows: "
					+ ex.getMessage());
		}
		return tables;
	}

	private Preflight preflight(DataSource dataSource) {
		return new Preflight(dataSource, null, this.properties.getObject().preflight().timeout());
	}

	private static boolean hasRows(Statement statement, String table) throws SQLException {
		try (ResultSet row = statement.executeQuery("select exists (select from " + table + ")")) {
			row.next();
			return row.getBoolean(1);
		}
	}

}
