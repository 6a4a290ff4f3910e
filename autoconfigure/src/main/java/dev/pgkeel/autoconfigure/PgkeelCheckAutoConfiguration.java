package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.CheckResult;
import dev.pgkeel.server.ConnectFailure;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.weaving.LoadTimeWeaverAware;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration of the single check: one connection, one line, one exit code, for
 * cron jobs, pipelines, and where nothing else watches.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelAutoConfiguration.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@Conditional(PgkeelCheckAutoConfiguration.OnCheck.class)
public class PgkeelCheckAutoConfiguration {

	static final String END = "pgkeelCheckEnd";

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

	private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * Spring 7.0 makes beans that want to weave classes even if they are lazy, such as
	 * the entity manager factory, and with it all that initializes the database.
	 */
	@Bean
	static BeanFactoryPostProcessor pgkeelCheckBeans(ConfigurableEnvironment environment) {
		return (beanFactory) -> {
			if (CheckEnvironmentPostProcessor.isCheck(environment)) {
				OneShotBeans.restrict(beanFactory, END);
				OneShotBeans.remove(beanFactory, LoadTimeWeaverAware.class);
			}
		};
	}

	@Bean(END)
	ApplicationListener<ApplicationStartedEvent> pgkeelCheckEnd(ObjectProvider<DataSource> dataSource,
			ObjectProvider<PgkeelProperties> properties, ObjectProvider<DirectWay> pgkeelDirectWay,
			ConfigurableEnvironment environment) {
		return (event) -> {
			if (!CheckEnvironmentPostProcessor.isCheck(environment)) {
				return;
			}
			CheckResult result;
			try {
				AlertProperties.Thresholds thresholds = properties.getObject().alert().thresholds();
				AlertPolicy policy = new AlertPolicy(thresholds.alert(), thresholds.page(), thresholds.panic());
				result = check(dataSource.getIfUnique(), pgkeelDirectWay.getObject(), policy);
			}
			catch (BeansException ex) {
				throw CheckException.ofConfiguration(ex, environment, event.getApplicationContext().getBeanFactory());
			}
			catch (RuntimeException ex) {
				throw new CheckException(
						CheckResult.unknown(String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage())),
						ex);
			}
			if (result.verdict() != CheckResult.Verdict.OK) {
				throw new CheckException(result, null);
			}
			System.out.println(result);
			OneShotBeans.closeAfter(Thread.currentThread(), event.getApplicationContext());
		};
	}

	private static CheckResult check(@Nullable DataSource dataSource, DirectWay directWay, AlertPolicy policy) {
		if (dataSource == null) {
			return CheckResult.unknown("there is no single data source");
		}
		Preflight preflight = new Preflight(dataSource, directWay.connection(), CONNECT_TIMEOUT);
		DatabaseTarget target = preflight.target();
		if (target == DatabaseTarget.OTHER) {
			return CheckResult.unknown("the database is not PostgreSQL");
		}
		try (Connection connection = (target == DatabaseTarget.POSTGRESQL) ? preflight.connectBare()
				: preflight.connect()) {
			if (!Preflight.isPostgres(connection)) {
				return CheckResult.unknown("the database is not PostgreSQL");
			}
			HikariDataSource pool = DatabaseTarget.pool(dataSource);
			String role = (pool != null) ? directWay.roleOf(pool) : null;
			return CheckResult.of(ServerSnapshot.read(connection, role, STATEMENT_TIMEOUT, Clock.systemUTC()), policy);
		}
		catch (SQLException ex) {
			RefusalReason refusal = RefusalReason.of(ex);
			return (refusal != null) ? CheckResult.of(refusal) : CheckResult.unknown(problem(ex));
		}
	}

	private static String problem(SQLException ex) {
		ConnectFailure failure = ConnectFailure.of(ex);
		return (failure != null) ? "there is no connection to the server, since " + failure.problem()
				: ex.getMessage() + " (SQLSTATE " + ex.getSQLState() + ")";
	}

	/**
	 * Matches when there is only to be a check. Processing ahead of time does not know:
	 * the beans ask when the application runs.
	 */
	static class OnCheck implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return AheadOfTime.isProcessing() || CheckEnvironmentPostProcessor.isCheck(context.getEnvironment());
		}

	}

}
