package dev.pgkeel.transaction;

import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.core.NestedRuntimeException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.CallbackPreferringPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link GuardedTransactionTemplate}.
 */
@Tag("compatibility")
class GuardedTransactionTemplateTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = pool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool);

	private final GuardedTransactionTemplate template = new GuardedTransactionTemplate(
			new JdbcTransactionManager(this.pool));

	private HikariDataSource pool() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(this.database.jdbcUrl());
		dataSource.setUsername(this.database.username());
		dataSource.setPassword(this.database.password());
		dataSource.setMaximumPoolSize(2);
		return dataSource;
	}

	@BeforeEach
	void createTable() {
		this.jdbc.execute("create table notes (body text)");
	}

	@AfterEach
	void connectionsAreBack() {
		assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		this.pool.close();
	}

	@Test
	void resultIsReturnedAndWorkCommitted() {
		String result = this.template.execute((status) -> insert("a"));
		assertThat(result).isEqualTo("a");
		assertThat(notes()).isOne();
	}

	@Test
	void managerThatATestHasMockedWillDo() {
		PlatformTransactionManager manager = mock(PlatformTransactionManager.class);
		try (TransactionGuard guard = new TransactionGuard(
				new TransactionGuardSettings(PgkeelMode.ENFORCE, true, Duration.ofSeconds(5), Duration.ofSeconds(5)),
				(dataSource, holder) -> null)) {
			GuardedTransactionTemplate guarded = new GuardedTransactionTemplate(manager,
					new DefaultTransactionDefinition(), guard)
				.withCommitResolution();
			assertThat(guarded.<String>execute((status) -> "a")).isEqualTo("a");
			then(manager).should().commit(null);
			assertThatIllegalStateException().isThrownBy(() -> guarded.executeWithoutResult((status) -> {
				throw new IllegalStateException("callback");
			})).withMessage("callback");
			then(manager).should().rollback(null);
		}
	}

	@Test
	void earlyReturnGivesTheConnectionBack() {
		String result = this.template.execute((status) -> {
			if (insert("a") != null) {
				return "early";
			}
			return "late";
		});
		assertThat(result).isEqualTo("early");
		assertThat(notes()).isOne();
	}

	@Test
	void uncheckedExceptionRollsBack() {
		IllegalStateException failure = new IllegalStateException("callback");
		assertThatIllegalStateException().isThrownBy(() -> this.template.executeWithoutResult((status) -> {
			insert("a");
			throw failure;
		})).isSameAs(failure);
		assertThat(notes()).isZero();
	}

	@Test
	void errorRollsBack() {
		assertThatThrownBy(() -> this.template.executeWithoutResult((status) -> {
			insert("a");
			throw new StackOverflowError("callback");
		})).isInstanceOf(StackOverflowError.class).hasMessage("callback");
		assertThat(notes()).isZero();
	}

	@Test
	void checkedExceptionRollsBackAndIsWrapped() {
		assertThatExceptionOfType(UndeclaredThrowableException.class)
			.isThrownBy(() -> this.template.execute((status) -> {
				insert("a");
				throw sneaky(new IOException("callback"));
			}))
			.withCauseInstanceOf(IOException.class);
		assertThat(notes()).isZero();
	}

	@Test
	void rollbackOnlyRollsBack() {
		this.template.executeWithoutResult((status) -> {
			insert("a");
			status.setRollbackOnly();
		});
		assertThat(notes()).isZero();
	}

	@Test
	void innerFailureRollsBackTheOuterTransaction() {
		assertThatExceptionOfType(UnexpectedRollbackException.class)
			.isThrownBy(() -> this.template.executeWithoutResult((outer) -> {
				insert("a");
				assertThatIllegalStateException()
					.isThrownBy(() -> this.template.executeWithoutResult((inner) -> fail("inner")));
			}));
		assertThat(notes()).isZero();
	}

	@Test
	void definitionIsTaken() {
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setReadOnly(true);
		GuardedTransactionTemplate readOnly = new GuardedTransactionTemplate(new JdbcTransactionManager(this.pool),
				definition);
		assertThat(readOnly.isReadOnly()).isTrue();
		assertThatThrownBy(() -> readOnly.execute((status) -> insert("a"))).isInstanceOf(NestedRuntimeException.class)
			.hasStackTraceContaining("read-only transaction");
	}

	@Test
	void connectionThatDiesInTheCallbackShowsTheCallbacksFailure() {
		assertThatIllegalStateException().isThrownBy(() -> this.template.executeWithoutResult((status) -> {
			Integer pid = this.jdbc.queryForObject("select pg_backend_pid()", Integer.class);
			this.database.execute("select pg_terminate_backend(" + pid + ")");
			fail("callback");
		})).withMessage("callback");
	}

	@Test
	void originalIsThrownWhenTheRollbackFailsToo() {
		PlatformTransactionManager manager = new FailingRollbackManager(this.pool);
		IllegalStateException failure = new IllegalStateException("callback");
		TransactionCallback<String> action = (status) -> {
			insert("a");
			throw failure;
		};
		assertThatThrownBy(() -> new TransactionTemplate(manager).execute(action))
			.isInstanceOf(TransactionSystemException.class);
		assertThatThrownBy(() -> new GuardedTransactionTemplate(manager).execute(action)).isSameAs(failure);
		assertThat(failure.getSuppressed()).hasOnlyElementsOfType(TransactionSystemException.class).hasSize(1);
		assertThat(notes()).isZero();
	}

	@Test
	void failureOfAnotherKindOfTransactionsIsNoLostConnection() {
		TransactionSystemException failure = new TransactionSystemException("Could not commit Mongo transaction");
		GuardedTransactionTemplate other = new GuardedTransactionTemplate(new OtherManager(failure));
		assertThatThrownBy(() -> other.execute((status) -> "a")).isSameAs(failure);
	}

	@Test
	void managerThatPrefersCallbacksIsCalledBack() {
		CallbackPreferringPlatformTransactionManager manager = mock();
		GuardedTransactionTemplate guarded = new GuardedTransactionTemplate(manager);
		TransactionCallback<String> action = (status) -> "ignored";
		given(manager.execute(guarded, action)).willReturn("from the manager");
		assertThat(guarded.execute(action)).isEqualTo("from the manager");
	}

	@Test
	void missingManagerIsRefusedAsByTheParent() {
		this.template.setTransactionManager(null);
		assertThatIllegalStateException().isThrownBy(() -> this.template.execute((status) -> insert("a")));
	}

	private String insert(String body) {
		this.jdbc.update("insert into notes values (?)", body);
		return body;
	}

	private Long notes() {
		return this.database.query("select count(*) from notes", Long.class);
	}

	private static void fail(String message) {
		throw new IllegalStateException(message);
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> RuntimeException sneaky(Throwable ex) throws T {
		throw (T) ex;
	}

	/**
	 * A manager of transactions that are none of a data source, none of which commits.
	 */
	private static final class OtherManager extends AbstractPlatformTransactionManager {

		private final TransactionSystemException failure;

		OtherManager(TransactionSystemException failure) {
			this.failure = failure;
		}

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			throw this.failure;
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	/**
	 * Rolls back, then fails: a failure of the real thing cannot be provoked at will.
	 */
	private static final class FailingRollbackManager extends JdbcTransactionManager {

		FailingRollbackManager(HikariDataSource dataSource) {
			super(dataSource);
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			super.doRollback(status);
			throw new TransactionSystemException("rollback");
		}

	}

}
