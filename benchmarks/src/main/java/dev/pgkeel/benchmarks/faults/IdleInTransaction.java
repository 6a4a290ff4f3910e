package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A transaction that has locked what all need, and then waits for something that is not
 * the database.
 */
final class IdleInTransaction extends LoadFault {

	private static final int IDLE_SECONDS = 6;

	private static final String COUNT = "update totals set entries = entries + 1";

	private final boolean limited;

	/**
	 * Creates the fault.
	 * @param limited whether Spring is told a timeout of the transaction
	 */
	IdleInTransaction(boolean limited) {
		super(limited ? "idle-with-timeout" : "idle-in-transaction", "Idle in transaction for 6 s with a lock, "
				+ (limited ? "`@Transactional(timeout = " + Payments.TIMEOUT_SECONDS + ")`" : "no timeout"));
		this.limited = limited;
	}

	@Override
	void arrange(Scene scene) {
		scene.place().asRole("create table totals as select 0 as entries");
	}

	@Override
	boolean hasBystander() {
		// It would wait for the lock, too
		return false;
	}

	@Override
	void serve(Scene scene, long number) {
		scene.ledger().write(number, () -> scene.ledger().jdbc().update(COUNT));
	}

	@Override
	void breakIt(Scene scene) {
		Thread request = new Thread(() -> scene.load().call(Bystander.CALLER, -1, () -> request(scene)),
				"waiting-for-a-payment");
		request.setDaemon(true);
		request.start();
	}

	private void request(Scene scene) {
		Payments payments = scene.context().getBean(Payments.class);
		Runnable work = () -> {
			scene.ledger().jdbc().update(COUNT);
			callElsewhere();
		};
		if (this.limited) {
			payments.payInTime(work);
		}
		else {
			payments.pay(work);
		}
	}

	private static void callElsewhere() {
		try {
			TimeUnit.SECONDS.sleep(IDLE_SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	Duration limit() {
		return Duration.ofSeconds(IDLE_SECONDS + 4);
	}

}
