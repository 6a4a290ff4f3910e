package dev.pgkeel.actuate;

import dev.pgkeel.actuate.ServerInquiry.PoolFigures;
import dev.pgkeel.actuate.ServerInquiry.ServerAnswer;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.server.ServerFacts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of the server, the pool and the schema. It is down only when the server does not
 * answer: a busy pool is no reason to restart an instance.
 *
 * @since 0.1.0
 */
public final class PgkeelHealthIndicator extends AbstractHealthIndicator {

	private final ServerInquiry inquiry;

	private final @Nullable SchemaInitializer schema;

	/**
	 * Creates an indicator.
	 * @param inquiry asks the server
	 * @param schema the schema scripts, or {@code null} if they are switched off
	 */
	public PgkeelHealthIndicator(ServerInquiry inquiry, @Nullable SchemaInitializer schema) {
		super("PostgreSQL does not answer");
		this.inquiry = inquiry;
		this.schema = schema;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) throws Exception {
		ServerAnswer answer = this.inquiry.ask();
		ServerFacts facts = answer.facts();
		builder.up();
		if (facts != null) {
			builder.withDetail("server", "PostgreSQL " + facts.version());
			builder.withDetail("role", facts.role());
		}
		PoolFigures pool = this.inquiry.pool();
		if (pool != null) {
			builder.withDetail("pool", pool);
		}
		if (!answer.fresh()) {
			builder.withDetail("note", "the server was not asked: all connections of the pool are in use");
		}
		if (this.schema != null) {
			builder.withDetail("schema", this.schema.report().outcome().toString());
		}
	}

}
