package dev.pgkeel.actuate;

import java.sql.SQLException;

import dev.pgkeel.actuate.ServerInquiry.PoolFigures;
import dev.pgkeel.actuate.ServerInquiry.ServerAnswer;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.ServerFacts;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of the server, the pool and the schema. It is down only when the server cannot
 * be reached: neither a busy pool nor a full server is a reason to restart an instance.
 * Where a monitor runs, its last answer is shown, and nobody is asked.
 *
 * @since 0.1.0
 */
public final class PgkeelHealthIndicator extends AbstractHealthIndicator implements AopInfrastructureBean {

	private final ServerInquiry inquiry;

	private final @Nullable SchemaInitializer schema;

	private final @Nullable MonitorHealth monitor;

	/**
	 * Creates an indicator.
	 * @param inquiry asks the server where no monitor runs
	 * @param schema the schema scripts, or {@code null} if they are switched off
	 * @param monitor tells what the monitor saw, {@code null} if there is none
	 */
	public PgkeelHealthIndicator(ServerInquiry inquiry, @Nullable SchemaInitializer schema,
			@Nullable MonitorHealth monitor) {
		super("PostgreSQL does not answer");
		this.inquiry = inquiry;
		this.schema = schema;
		this.monitor = monitor;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		MonitorHealth watched = this.monitor;
		if (watched != null && watched.isWatching()) {
			ServerFacts facts = this.inquiry.lastKnown();
			builder.status(watched.status(this.inquiry.pool(), facts != null));
			describe(builder, facts);
			watched.details(this.inquiry.pool()).forEach(builder::withDetail);
		}
		else {
			ask(builder);
		}
		if (this.schema != null) {
			builder.withDetail("schema", this.schema.report().outcome().toString());
		}
	}

	private void ask(Health.Builder builder) {
		try {
			ServerAnswer answer = this.inquiry.ask();
			builder.up();
			describe(builder, answer.facts());
			if (!answer.isFresh()) {
				builder.withDetail("note", "the server was not asked: all connections of the pool are in use");
			}
		}
		catch (SQLException ex) {
			failed(builder, ex);
		}
		catch (RuntimeException ex) {
			SQLException refused = refusalIn(ex);
			if (refused != null) {
				failed(builder, refused);
				return;
			}
			if (!(ex instanceof IllegalStateException) && !this.inquiry.routes()) {
				throw ex;
			}
			// One that routes may know no server outside of a request, and says so as it
			// likes
			builder.unknown()
				.withDetail("error", ex.toString())
				.withDetail("cause", "the data source gives no connection");
		}
	}

	private void failed(Health.Builder builder, SQLException ex) {
		MonitorFailure failure = MonitorFailure.of(ex);
		if (failure.cause() == MonitorFailure.Cause.QUESTION_REFUSED) {
			builder.unknown().withDetail("error", failure.message());
		}
		else {
			builder.down(ex);
		}
		describe(builder, this.inquiry.lastKnown());
		builder.withDetail("cause", failure.toString());
	}

	private static @Nullable SQLException refusalIn(RuntimeException ex) {
		for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException refused) {
				return refused;
			}
		}
		return null;
	}

	private void describe(Health.Builder builder, @Nullable ServerFacts facts) {
		if (facts != null) {
			builder.withDetail("server", "PostgreSQL " + facts.version());
			builder.withDetail("role", facts.role());
		}
		PoolFigures pool = this.inquiry.pool();
		if (pool != null) {
			builder.withDetail("pool", pool);
		}
	}

}
