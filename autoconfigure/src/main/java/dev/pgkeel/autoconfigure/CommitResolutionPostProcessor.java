package dev.pgkeel.autoconfigure;

import java.time.Clock;
import java.time.Duration;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.server.DirectConnection;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.transaction.CommitResolution;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Has the guarded pools find out what became of transactions whose connection was lost in
 * COMMIT. It comes right after {@link LeaseBeanPostProcessor}.
 */
final class CommitResolutionPostProcessor implements BeanPostProcessor, PriorityOrdered, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(CommitResolutionPostProcessor.class);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * The pool that {@code pgkeel.direct.url} is about.
	 */
	private static final String BOOTS_POOL = "dataSource";

	private final ObjectProvider<PgkeelProperties> properties;

	private final ObjectProvider<DirectWay> directWay;

	CommitResolutionPostProcessor(ObjectProvider<PgkeelProperties> properties, ObjectProvider<DirectWay> directWay) {
		this.properties = properties;
		this.directWay = directWay;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 11;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		PoolLeases leases = (bean instanceof GuardedDataSource pool) ? pool.leases() : null;
		if (leases != null) {
			resolveCommits((GuardedDataSource) bean, leases, beanName);
		}
		return bean;
	}

	private void resolveCommits(GuardedDataSource pool, PoolLeases leases, String beanName) {
		boolean always = this.properties.getObject().transaction().resolveCommit();
		if (this.properties.getObject().mode() == PgkeelMode.OBSERVE) {
			if (always) {
				logger.info(leases.pool() + " - would have asked what became of transactions lost in COMMIT");
			}
			return;
		}
		Preflight preflight = new Preflight(pool, direct(beanName), CONNECT_TIMEOUT);
		leases.commitWith(new CommitResolution(preflight, always, PATIENCE, Clock.systemUTC()));
	}

	private @Nullable DirectConnection direct(String beanName) {
		return BOOTS_POOL.equals(beanName) ? this.directWay.getObject().connection() : null;
	}

}
