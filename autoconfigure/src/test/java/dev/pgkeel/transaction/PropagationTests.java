package dev.pgkeel.transaction;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.pgkeel.transaction.GuardedPool.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@link GuardedTransactionTemplate} does what Spring's template does where no
 * guard fires: each propagation, outcome and surrounding, with a limit and without.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PropagationTests {

	private final GuardedPool pool = new GuardedPool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool.pool());

	@BeforeAll
	void createTable() {
		this.jdbc.execute("create table notes (body text not null)");
	}

	@AfterAll
	void close() {
		assertThat(this.pool.pool().getHikariPoolMXBean().getActiveConnections()).isZero();
		assertThat(this.pool.guard().running()).isEmpty();
		this.pool.close();
	}

	static Stream<Arguments> matrix() {
		return Stream.of(Kind.values())
			.flatMap((kind) -> IntStream
				.rangeClosed(TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.PROPAGATION_NESTED)
				.boxed()
				.flatMap((propagation) -> Stream.of(Surrounding.values())
					.map((surrounding) -> Arguments.of(kind, propagation, surrounding))));
	}

	@ParameterizedTest
	@MethodSource("matrix")
	void guardedTemplateDoesWhatSpringsDoes(Kind kind, int propagation, Surrounding surrounding) {
		PlatformTransactionManager bare = this.pool.manager(kind, false);
		PlatformTransactionManager guarded = this.pool.manager(kind, true);
		for (Outcome outcome : Outcome.values()) {
			List<String> expected = run(new TransactionTemplate(bare),
					new TransactionTemplate(bare, new DefaultTransactionDefinition(propagation)), surrounding, outcome);
			GuardedTransactionTemplate outer = new GuardedTransactionTemplate(guarded,
					new DefaultTransactionDefinition(), this.pool.guard());
			GuardedTransactionTemplate inner = new GuardedTransactionTemplate(guarded,
					new DefaultTransactionDefinition(propagation), this.pool.guard());
			assertThat(run(outer, inner, surrounding, outcome)).as("%s without a limit", outcome).isEqualTo(expected);
			Duration limit = Duration.ofSeconds(30);
			assertThat(run(outer.withTimeout(limit), inner.withTimeout(limit).withRetry(2), surrounding, outcome))
				.as("%s with a limit", outcome)
				.isEqualTo(expected);
		}
	}

	private List<String> run(TransactionTemplate outer, TransactionTemplate inner, Surrounding surrounding,
			Outcome outcome) {
		List<String> events = new ArrayList<>();
		Callback callback = new Callback(this.jdbc, events);
		try {
			events.add("returned " + surrounding.run(outer, inner, outcome, callback));
		}
		catch (Throwable ex) {
			for (Throwable each = ex; each != null; each = each.getCause()) {
				events.add(each.getClass().getName() + ": " + each.getMessage());
			}
		}
		events.addAll(this.jdbc.queryForList("select body from notes order by body", String.class));
		this.jdbc.execute("truncate notes");
		return events;
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> T sneaky(Throwable ex) throws T {
		throw (T) ex;
	}

	/**
	 * What callbacks use.
	 *
	 * @param jdbc runs statements
	 * @param events what happened
	 */
	private record Callback(JdbcTemplate jdbc, List<String> events) {

		void note(String name, TransactionStatus status) {
			this.events.add(name + (status.isNewTransaction() ? " new" : " old")
					+ (status.hasTransaction() ? " transaction" : " none") + (status.hasSavepoint() ? " savepoint" : "")
					+ (status.isRollbackOnly() ? " rollback-only" : ""));
			if (TransactionSynchronizationManager.isSynchronizationActive()) {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCompletion(int completion) {
						Callback.this.events.add(name + " completed with " + completion);
					}

				});
			}
			this.jdbc.update("insert into notes values (?)", name);
		}

	}

	/**
	 * What is around the template that is looked at.
	 */
	enum Surrounding {

		NOTHING {

			@Override
			Object run(TransactionTemplate outer, TransactionTemplate inner, Outcome outcome, Callback callback) {
				return inner.execute((status) -> outcome.of("inner", status, callback));
			}

		},

		TRANSACTION {

			@Override
			Object run(TransactionTemplate outer, TransactionTemplate inner, Outcome outcome, Callback callback) {
				return outer.execute((status) -> {
					callback.note("outer", status);
					return NOTHING.run(outer, inner, outcome, callback);
				});
			}

		},

		TRANSACTION_THAT_CATCHES {

			@Override
			Object run(TransactionTemplate outer, TransactionTemplate inner, Outcome outcome, Callback callback) {
				return outer.execute((status) -> {
					callback.note("outer", status);
					try {
						return NOTHING.run(outer, inner, outcome, callback);
					}
					catch (RuntimeException | Error ex) {
						return "caught " + ex.getClass().getName();
					}
				});
			}

		};

		abstract Object run(TransactionTemplate outer, TransactionTemplate inner, Outcome outcome, Callback callback);

	}

	/**
	 * What the callback does in the end.
	 */
	enum Outcome {

		RETURN, ROLLBACK_ONLY, UNCHECKED, CHECKED, ERROR, STATEMENT_FAILS;

		Object of(String name, TransactionStatus status, Callback callback) {
			callback.note(name, status);
			switch (this) {
				case ROLLBACK_ONLY -> status.setRollbackOnly();
				case UNCHECKED -> throw new IllegalStateException("unchecked");
				case CHECKED -> throw PropagationTests.<RuntimeException>sneaky(new IOException("checked"));
				case ERROR -> throw new StackOverflowError("error");
				case STATEMENT_FAILS -> callback.jdbc.update("insert into notes values (null)");
				default -> {
				}
			}
			return name;
		}

	}

}
