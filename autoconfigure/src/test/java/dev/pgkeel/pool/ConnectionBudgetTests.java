package dev.pgkeel.pool;

import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.SessionLimits;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionBudget} and {@link PoolSizing}.
 */
class ConnectionBudgetTests {

	private final SessionLimits limits = new SessionLimits(100, 3, null, null);

	@Test
	void arithmeticIsShown() {
		ConnectionBudget budget = ConnectionBudget.of(4, null, this.limits, Pooler.DIRECT);
		assertThat(budget).isNotNull();
		PoolSizing sizing = budget.sizing(30, 1, null);
		assertThat(sizing.isOver()).isTrue();
		assertThat(sizing).hasToString("4 instances x (30 + 1) = 124 > 97 usable (100 - 3 reserved): use at most 23");
		assertThat(budget.sizing(23, 1, null).isOver()).isFalse();
	}

	@Test
	void unsetInstancesCountAsOneAndSaySo() {
		ConnectionBudget budget = ConnectionBudget.of(null, null, this.limits, Pooler.DIRECT);
		assertThat(budget).isNotNull();
		assertThat(budget.sizing(10, 0, null))
			.hasToString("1 instance (pgkeel.fleet.instances is not set) x 10 = 10 of 97 usable (100 - 3 reserved)");
	}

	@Test
	void throughAPoolerOnlyADeclaredShareCounts() {
		assertThat(ConnectionBudget.of(4, null, this.limits, Pooler.TRANSACTION)).isNull();
		ConnectionBudget budget = ConnectionBudget.of(4, 40, this.limits, Pooler.TRANSACTION);
		assertThat(budget).isNotNull();
		assertThat(budget.sizing(11, 0, null))
			.hasToString("4 instances x 11 = 44 > 40 of pgkeel.fleet.max-connections: use at most 10");
	}

	@Test
	void declaredShareIsNeverMoreThanTheServerGives() {
		SessionLimits few = new SessionLimits(100, 3, 20, null);
		ConnectionBudget budget = ConnectionBudget.of(4, 200, few, Pooler.DIRECT);
		assertThat(budget).isNotNull();
		assertThat(budget.sizing(10, 0, null)).hasToString("4 instances x 10 = 40 > 20 usable (the role's limit),"
				+ " less than the 200 of pgkeel.fleet.max-connections: use at most 5");
		assertThat(ConnectionBudget.of(4, 20, few, Pooler.DIRECT))
			.isEqualTo(new ConnectionBudget(4, true, 20, "20 of pgkeel.fleet.max-connections"));
		assertThat(ConnectionBudget.of(4, 200, few, Pooler.TRANSACTION))
			.isEqualTo(new ConnectionBudget(4, true, 200, "200 of pgkeel.fleet.max-connections"));
	}

	@Test
	void limitOfTheRoleIsNamed() {
		ConnectionBudget budget = ConnectionBudget.of(2, null, new SessionLimits(100, 3, 10, null), Pooler.DIRECT);
		assertThat(budget).isNotNull();
		assertThat(budget.sizing(6, 0, null))
			.hasToString("2 instances x 6 = 12 > 10 usable (the role's limit): use at most 5");
	}

	@Test
	void fleetThatIsTooLargeForOneEachIsToldSo() {
		ConnectionBudget budget = ConnectionBudget.of(200, null, this.limits, Pooler.DIRECT);
		assertThat(budget).isNotNull();
		PoolSizing sizing = budget.sizing(1, 1, null);
		assertThat(sizing.largest()).isZero();
		assertThat(sizing)
			.hasToString("200 instances x (1 + 1) = 400 > 97 usable (100 - 3 reserved): not even 1 each fits");
	}

}
