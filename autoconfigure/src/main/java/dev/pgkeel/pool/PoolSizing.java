package dev.pgkeel.pool;

import org.jspecify.annotations.Nullable;

/**
 * A pool's size compared with the budget.
 *
 * @param budget the fleet's budget
 * @param poolSize the pool's maximum size
 * @param monitorSessions how many sessions the monitor keeps beside the pool
 * @param otherSessions how many sessions other applications have at the moment,
 * {@code null} if that is not known. They are told, and change nothing
 * @since 0.1.0
 */
public record PoolSizing(ConnectionBudget budget, int poolSize, int monitorSessions, @Nullable Integer otherSessions) {

	/**
	 * Returns how many connections all instances take together.
	 * @return the number
	 */
	public long needed() {
		return (long) this.budget.instances() * (this.poolSize + this.monitorSessions);
	}

	/**
	 * Returns whether that is more than there is.
	 * @return whether it does not fit
	 */
	public boolean isOver() {
		return needed() > this.budget.connections();
	}

	/**
	 * Returns the largest size that fits.
	 * @return the size, 0 if not even one connection each fits
	 */
	public int largest() {
		return Math.max(0, this.budget.connections() / this.budget.instances() - this.monitorSessions);
	}

	/**
	 * Shows the arithmetic.
	 */
	@Override
	public String toString() {
		String instances = this.budget.instances() + " instance" + ((this.budget.instances() == 1) ? "" : "s")
				+ (this.budget.declared() ? "" : " (pgkeel.fleet.instances is not set)");
		String each = (this.monitorSessions > 0) ? "(" + this.poolSize + " + " + this.monitorSessions + ")"
				: String.valueOf(this.poolSize);
		String sum = instances + " x " + each + " = " + needed();
		String others = (this.otherSessions != null && this.otherSessions > 0)
				? "; other applications have " + this.otherSessions + " sessions at the moment" : "";
		return (isOver() ? sum + " > " + this.budget.origin() + ": " + limit() : sum + " of " + this.budget.origin())
				+ others;
	}

	private String limit() {
		return (largest() > 0) ? "use at most " + largest() : "not even 1 each fits";
	}

}
